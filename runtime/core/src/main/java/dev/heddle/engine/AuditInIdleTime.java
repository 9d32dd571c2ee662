package dev.heddle.engine;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a few functions audited once a second, if no transaction waits: about a thousandth of one
 * core, and 100,000 units in under two hours.
 */
@Component(service = AuditInIdleTime.class, immediate = true)
public final class AuditInIdleTime {

  private static final Logger LOG = LoggerFactory.getLogger(AuditInIdleTime.class);
  private static final long PERIOD_MS = 1_000;
  private static final int UNITS = 16;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          r -> {
            Thread t = new Thread(r, "heddle-audit");
            t.setDaemon(true);
            return t;
          });

  /** Begins at once. */
  @Activate
  public AuditInIdleTime(@Reference Controller controller) {
    clock.scheduleWithFixedDelay(
        () -> look(controller), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /** A clock forgets a task that throws. */
  private static void look(Controller controller) {
    try {
      controller.parts().audit().ifIdle(UNITS);
    } catch (RuntimeException e) {
      LOG.error("an audit failed; the next one comes in time", e);
    }
  }

  @Deactivate
  public void stop() {
    clock.shutdownNow();
  }
}
