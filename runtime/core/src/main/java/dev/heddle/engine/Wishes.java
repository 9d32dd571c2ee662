package dev.heddle.engine;

import dev.heddle.pipeline.FlowKey;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Chains of wishes by key. A hash table with linear probing, since there are as many keys as flows
 * and a map's entry for each would take as much room as the flow.
 */
final class Wishes {

  private Wish[] firsts = new Wish[64];

  /** A part of the hash at each place: most keys that differ are told apart without a look. */
  private byte[] tags = new byte[64];

  private int size;

  int size() {
    return size;
  }

  /** The first of each chain. */
  Stream<Wish> firsts() {
    return Arrays.stream(firsts).filter(Objects::nonNull);
  }

  /** The first wish for {@code key}, or null. */
  Wish first(FlowKey key) {
    return firsts[place(key)];
  }

  /** Puts {@code wish} before the others for its key. */
  void add(Wish wish) {
    int place = place(wish.key);
    wish.next = firsts[place];
    firsts[place] = wish;
    tags[place] = tag(wish.key.hashCode());
    if (wish.next == null && ++size > firsts.length / 3 * 2) {
      grow();
    }
  }

  /** Takes {@code wish}, which is here, out of its chain; the first that is left, or null. */
  Wish remove(Wish wish) {
    int place = place(wish.key);
    Wish first = firsts[place];
    if (first != wish) {
      Wish before = first;
      while (before.next != wish) {
        before = before.next;
      }
      before.next = wish.next;
    } else if (wish.next != null) {
      firsts[place] = wish.next;
    } else {
      free(place);
      return null;
    }
    return firsts[place];
  }

  /** Where the chain of {@code key} is or would be. */
  private int place(FlowKey key) {
    int hash = key.hashCode();
    byte tag = tag(hash);
    int place = ideal(hash);
    while (firsts[place] != null && (tags[place] != tag || !firsts[place].key.equals(key))) {
      place = place + 1 & firsts.length - 1;
    }
    return place;
  }

  /** Not the bits that say the place: those that are neighbours have many of these alike. */
  private static byte tag(int hash) {
    return (byte) (hash * 0x9e3779b9 >>> 24);
  }

  private int ideal(int hash) {
    return (hash ^ hash >>> 16) & firsts.length - 1;
  }

  /** Moves up those behind that would not be found any more. */
  private void free(int place) {
    size--;
    int gap = place;
    for (int i = gap + 1 & firsts.length - 1; firsts[i] != null; i = i + 1 & firsts.length - 1) {
      int distance = i - ideal(firsts[i].key.hashCode()) & firsts.length - 1;
      if (distance >= (i - gap & firsts.length - 1)) {
        firsts[gap] = firsts[i];
        tags[gap] = tags[i];
        gap = i;
      }
    }
    firsts[gap] = null;
  }

  private void grow() {
    Wish[] before = firsts;
    byte[] tagsBefore = tags;
    firsts = new Wish[2 * before.length];
    tags = new byte[firsts.length];
    for (int i = 0; i < before.length; i++) {
      if (before[i] != null) {
        int place = ideal(before[i].key.hashCode());
        while (firsts[place] != null) {
          place = place + 1 & firsts.length - 1;
        }
        firsts[place] = before[i];
        tags[place] = tagsBefore[i];
      }
    }
  }
}
