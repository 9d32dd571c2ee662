package dev.heddle.engine;

/**
 * The name of one unit: feature, function and key. The same for ever, since cookies are its hash.
 */
record UnitKey(String feature, String function, Object key) {

  @Override
  public String toString() {
    return feature + "/" + function + "/" + key;
  }
}
