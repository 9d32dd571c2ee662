package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.OpenFlowError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The numbers (xid) of one connection's messages, and who waits for answers to which. */
final class Askers {

  /** Whoever waits for messages with one number. */
  record Asker(
      Consumer<byte[]> answer, Consumer<OpenFlowError> refused, Consumer<Throwable> fail) {}

  private final AtomicInteger numbers = new AtomicInteger(1);
  private final Map<Integer, Asker> waiting = new ConcurrentHashMap<>();

  int number() {
    return numbers(1);
  }

  /** The first of so many that follow each other. */
  int numbers(int count) {
    return numbers.getAndAdd(count);
  }

  void put(int xid, Asker asker) {
    waiting.put(xid, asker);
  }

  Optional<Asker> get(int xid) {
    return Optional.ofNullable(waiting.get(xid));
  }

  void remove(int xid) {
    waiting.remove(xid);
  }

  /** Nobody is answered any more. */
  void fail(Throwable why) {
    List.copyOf(waiting.values()).forEach(a -> a.fail().accept(why));
  }
}
