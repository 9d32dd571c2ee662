package dev.heddle.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A set by identity without an object of its own, for what there are millions of, nearly all with a
 * handful of members and a few with thousands: nothing is null, one member is held as it is, a few
 * are an array with nulls at its end, many are a hash set, since removal from a long list would
 * dominate every change. No member is an array or a set itself.
 */
final class SmallSet {

  private static final int FEW = 8;

  private SmallSet() {}

  /** {@code set} with {@code member} in it. */
  static Object add(Object set, Object member) {
    if (set == null || set == member) {
      return member;
    }
    if (set instanceof Object[] few) {
      return addToFew(few, member);
    }
    if (set instanceof Set<?>) {
      many(set).add(member);
      return set;
    }
    return new Object[] {set, member};
  }

  private static Object addToFew(Object[] few, Object member) {
    int size = size(few);
    for (int i = 0; i < size; i++) {
      if (few[i] == member) {
        return few;
      }
    }
    if (size < few.length) {
      few[size] = member;
      return few;
    }
    if (size < FEW) {
      Object[] more = Arrays.copyOf(few, size < 4 ? size + 1 : size + 2);
      more[size] = member;
      return more;
    }
    Set<Object> many = Collections.newSetFromMap(new IdentityHashMap<>(2 * FEW));
    Collections.addAll(many, few);
    many.add(member);
    return many;
  }

  /** {@code set} without {@code member}. */
  static Object remove(Object set, Object member) {
    if (set == member) {
      return null;
    }
    if (set instanceof Object[] few) {
      int size = size(few);
      for (int i = 0; i < size; i++) {
        if (few[i] == member) {
          few[i] = few[size - 1];
          few[size - 1] = null;
          return few[0] == null ? null : few;
        }
      }
    } else if (set instanceof Set<?> many) {
      many.remove(member);
      return many.isEmpty() ? null : many;
    }
    return set;
  }

  /** {@code action} may not change the set. */
  static <T> void forEach(Object set, Class<T> type, Consumer<T> action) {
    if (set instanceof Object[] few) {
      for (int i = 0; i < few.length && few[i] != null; i++) {
        action.accept(type.cast(few[i]));
      }
    } else if (set instanceof Set<?> many) {
      many.forEach(m -> action.accept(type.cast(m)));
    } else if (set != null) {
      action.accept(type.cast(set));
    }
  }

  @SuppressWarnings("unchecked") // no other sets are made here
  private static Set<Object> many(Object set) {
    return (Set<Object>) set;
  }

  private static int size(Object[] few) {
    int size = few.length;
    while (size > 0 && few[size - 1] == null) {
      size--;
    }
    return size;
  }
}
