package dev.heddle.engine;

import dev.heddle.model.Id;

/** What is left of a unit whose feature is away: nothing of the feature's own classes. */
final class Held implements Wisher {

  final String name;
  private final long cookie;
  private final Object key;
  private Wish[] wishes = Wish.NONE;

  Held(String name, long cookie, Object key) {
    this.name = name;
    this.cookie = cookie;
    this.key = key instanceof Id<?> id ? id : null; // what a pair names may be of the feature
  }

  @Override
  public long cookie() {
    return cookie;
  }

  @Override
  public Object key() {
    return key;
  }

  @Override
  public Wish[] wishes() {
    return wishes;
  }

  @Override
  public void wishes(Wish[] now) {
    wishes = now;
  }
}
