package dev.heddle.engine;

import java.util.BitSet;

/** Numbers given to objects: a bit each, since there is one for every port. */
final class NumberSet {

  private final BitSet bits = new BitSet();
  private int size;

  int size() {
    return size;
  }

  boolean contains(int number) {
    return bits.get(number);
  }

  void add(int number) {
    if (!bits.get(number)) {
      bits.set(number);
      size++;
    }
  }

  void remove(int number) {
    if (bits.get(number)) {
      bits.clear(number);
      size--;
    }
  }
}
