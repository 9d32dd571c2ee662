package dev.heddle.engine;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the engine has most of, by key. A hash table with linear probing: an entry of a map for each
 * would take as much room as the thing itself.
 */
final class KeyedTable<T> {

  private final Function<? super T, Object> key;

  private Object[] items = new Object[8];
  private int size;

  /** {@code key}: what tells it from others; never changes, has {@code equals}. */
  KeyedTable(Function<? super T, Object> key) {
    this.key = key;
  }

  @SuppressWarnings("unchecked") // only these are put here
  private Object keyOf(Object item) {
    return key.apply((T) item);
  }

  /** What has this key, or null. */
  @SuppressWarnings("unchecked") // only these are put here
  T get(Object key) {
    return (T) items[place(key)];
  }

  /** Adds what has a key that nothing here has. */
  void add(T item) {
    if (++size > items.length / 3 * 2) {
      grow();
    }
    items[place(keyOf(item))] = item;
  }

  /** Takes {@code item} out, if it is here; another one of its key stays. */
  void remove(T item) {
    int gap = place(keyOf(item));
    if (items[gap] != item) {
      return;
    }
    size--;
    int last = items.length - 1;
    for (int i = gap + 1 & last; items[i] != null; i = i + 1 & last) {
      if ((i - ideal(keyOf(items[i])) & last) >= (i - gap & last)) {
        items[gap] = items[i]; // it would not be found behind the gap
        gap = i;
      }
    }
    items[gap] = null;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** All of them; the table may not change before the stream has ended. */
  @SuppressWarnings("unchecked") // only these are put here
  Stream<T> stream() {
    return (Stream<T>) Arrays.stream(items).filter(Objects::nonNull);
  }

  private int place(Object key) {
    int place = ideal(key);
    while (items[place] != null && !keyOf(items[place]).equals(key)) {
      place = place + 1 & items.length - 1;
    }
    return place;
  }

  /** Keys have few bits that differ, not always the same ones: all go into all (murmur3). */
  private int ideal(Object key) {
    int hash = key.hashCode();
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return (hash ^ hash >>> 16) & items.length - 1;
  }

  private void grow() {
    Object[] before = items;
    items = new Object[2 * before.length];
    for (Object item : before) {
      if (item != null) {
        items[place(keyOf(item))] = item;
      }
    }
  }
}
