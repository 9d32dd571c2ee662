package dev.heddle.openflow.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.pipeline.Confirmations.Reported;
import dev.heddle.pipeline.Response.Report;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what features report of packets: one line of JSON each, in a log of its own, and
 * counts them. Safe for use by many threads.
 */
final class Reports implements Consumer<Report> {

  /** The name by which a container's configuration sends these lines to a file of their own. */
  private static final Logger LINES = LoggerFactory.getLogger("dev.heddle.reports");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST = 10_000;

  private final Map<Reported, LongAdder> counts = new ConcurrentHashMap<>();

  @Override
  public void accept(Report report) {
    Reported key = new Reported(report.object(), report.verdict());
    LongAdder count = counts.get(key);
    if (count == null && counts.size() < MOST) {
      count = counts.computeIfAbsent(key, k -> new LongAdder());
    }
    if (count != null) {
      count.increment();
    }
    String line = line(Instant.now(), report);
    switch (report.severity()) {
      case ALERT -> LINES.error(line);
      case WARNING -> LINES.warn(line);
      case NOTICE, INFO -> LINES.info(line);
      case DEBUG -> LINES.debug(line);
    }
  }

  /** Time, object, verdict and severity first, then the details. */
  static String line(Instant time, Report report) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
    all.put("object", report.object().kind() + "/" + report.object().name());
    all.put("verdict", report.verdict());
    all.put("severity", report.severity().name().toLowerCase(Locale.ROOT));
    all.putAll(report.details());
    try {
      return JSON.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("details are numbers and texts: " + all, e);
    }
  }

  Map<Reported, Long> counts() {
    Map<Reported, Long> now = new HashMap<>();
    counts.forEach((key, count) -> now.put(key, count.sum()));
    return now;
  }
}
