package dev.heddle.openflow.channel;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Requests to a switch and what it answers, told apart by xid. */
interface Dialogue {

  /** Writes one message with a number. */
  interface Question {
    void write(ByteBuf out, int xid);
  }

  /**
   * Asks and reads. If no answer comes within the limit the connection is closed.
   *
   * @param read gives the answer, or empty while parts of it are still to come; runs on the
   *     channel's thread
   */
  <T> CompletableFuture<T> ask(
      Duration limit, Question question, Function<byte[], Optional<T>> read);

  /** Says what has no answer; an error about it is logged. */
  void tell(Question statement);
}
