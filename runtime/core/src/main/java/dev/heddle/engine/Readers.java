package dev.heddle.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who read a cell. Nearly every cell has a handful of readers, a few have thousands: a small array
 * that becomes a hash set, since removal from a long list would dominate every change.
 */
final class Readers {

  private static final int SMALL = 8;

  private Computation[] few = new Computation[0];
  private Set<Computation> many;
  private int size;

  void add(Computation c) {
    if (many != null) {
      many.add(c);
      size = many.size();
      return;
    }
    for (int i = 0; i < size; i++) {
      if (few[i] == c) {
        return;
      }
    }
    if (size == SMALL) {
      many = Collections.newSetFromMap(new IdentityHashMap<>());
      Collections.addAll(many, few);
      few = null;
      add(c);
      return;
    }
    if (size == few.length) {
      few = Arrays.copyOf(few, size == 0 ? 1 : Math.min(SMALL, size * 2));
    }
    few[size++] = c;
  }

  void remove(Computation c) {
    if (many != null) {
      many.remove(c);
      size = many.size();
      return;
    }
    for (int i = 0; i < size; i++) {
      if (few[i] == c) {
        few[i] = few[--size];
        few[size] = null;
        return;
      }
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void forEach(Consumer<Computation> action) {
    if (many != null) {
      many.forEach(action);
    } else {
      for (int i = 0; i < size; i++) {
        action.accept(few[i]);
      }
    }
  }
}
