package dev.heddle.rest;

import dev.heddle.show.Syntax;
import java.time.Duration;

/**
 * What strangers and mistakes may cost us.
 *
 * @param connections open at a time; the next one is closed at once
 * @param connectionsOfOne address, likewise
 * @param bodyBytes of one request
 * @param allBodyBytes of all requests that are being received or handled
 * @param requestTime from a request's head to its last byte
 * @param idleTime between requests, to receive a request's head, and to take an answer
 * @param handshakeTime from a connection's begin until TLS is agreed on
 * @param workers threads that handle requests
 * @param queued requests that wait for a worker
 * @param watches open at a time
 * @param watchBacklog events that wait for a slow watcher before it is dropped
 * @param waits open at a time
 */
record Limits(
    int connections,
    int connectionsOfOne,
    int bodyBytes,
    long allBodyBytes,
    Duration requestTime,
    Duration idleTime,
    Duration handshakeTime,
    int workers,
    int queued,
    int watches,
    int watchBacklog,
    int waits) {

  static final Limits USUAL =
      new Limits(
          256,
          128,
          Syntax.MAX_BYTES,
          2L * Syntax.MAX_BYTES,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          4,
          128,
          64,
          8192,
          256);

  /** Of the request line and of all headers together. */
  static final int LINE_BYTES = 4096;

  static final int HEADER_BYTES = 16384;
}
