package dev.heddle.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who want to hear of each revision. What they do wrong is theirs. */
final class Watchers {

  private static final Logger LOG = LoggerFactory.getLogger(Watchers.class);

  private final List<LongConsumer> all = new CopyOnWriteArrayList<>();

  AutoCloseable add(LongConsumer watcher) {
    all.add(watcher);
    return () -> all.remove(watcher);
  }

  void tell(long revision) {
    for (LongConsumer w : all) {
      try {
        w.accept(revision);
      } catch (RuntimeException | Error e) {
        LOG.error("a watcher failed on revision {}", revision, e);
      }
    }
  }
}
