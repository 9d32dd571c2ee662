package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.show.Syntax;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events to one client (WHATWG HTML, 9.2). Events are encoded when the client has room
 * for them; one that takes too little too slowly is dropped, and comes back with the id it saw
 * last. Safe for use by many threads.
 */
final class EventStream {

  /**
   * One event.
   *
   * @param id the revision it can be resumed from
   * @param object kind/name, empty if it concerns the stream itself
   */
  record Event(long id, String type, String object, JsonNode data) {

    String text() {
      return "id: " + id + "\nevent: " + type + "\ndata: " + Syntax.line(data) + "\n\n";
    }
  }

  /** A comment that shows a client, and whoever is between, that we are there. */
  private static final String BEAT = ":\n\n";

  private static final int BEAT_SECONDS = 15;

  private final Channel channel;
  private final int backlog;
  private final Queue<Event> waiting = new ArrayDeque<>();

  EventStream(Channel channel, int backlog) {
    this.channel = channel;
    this.backlog = backlog;
    var beat =
        channel
            .eventLoop()
            .scheduleAtFixedRate(this::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
    onClose(() -> beat.cancel(false));
  }

  /** What the stream begins with, however much it is. */
  void begin(List<Event> events) {
    channel.eventLoop().execute(() -> take(events, Integer.MAX_VALUE));
  }

  void send(List<Event> events) {
    channel.eventLoop().execute(() -> take(events, backlog));
  }

  private void take(List<Event> events, int most) {
    if (waiting.size() + (long) events.size() > most) {
      waiting.clear();
      close();
      return;
    }
    waiting.addAll(events);
    pump();
  }

  /** Sends what there is room for; called again when there is more. */
  void pump() {
    boolean sent = false;
    while (channel.isWritable() && !waiting.isEmpty()) {
      write(waiting.remove().text());
      sent = true;
    }
    if (sent) {
      channel.flush();
    }
  }

  private void beat() {
    if (channel.isWritable()) {
      write(BEAT);
      channel.flush();
    }
  }

  private void write(String text) {
    channel.write(
        new DefaultHttpContent(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))));
  }

  void close() {
    channel.close();
  }

  void onClose(Runnable action) {
    channel.closeFuture().addListener(closed -> action.run());
  }
}
