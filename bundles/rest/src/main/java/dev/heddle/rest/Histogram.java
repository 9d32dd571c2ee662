package dev.heddle.rest;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;

/** How many times something took at most so many seconds. Safe for use by many threads. */
final class Histogram {

  /** Upper bounds in seconds; above the last there is one more bucket. */
  static final double[] BOUNDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
  };

  private final AtomicLongArray counts = new AtomicLongArray(BOUNDS.length + 1);
  private final DoubleAdder sum = new DoubleAdder();

  void observe(double seconds) {
    int bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
      bucket++;
    }
    counts.incrementAndGet(bucket);
    sum.add(seconds);
  }

  /** How many fell between the bound before and this one. */
  long count(int bucket) {
    return counts.get(bucket);
  }

  double sum() {
    return sum.sum();
  }
}
