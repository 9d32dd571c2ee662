package dev.heddle.engine;

/**
 * The name of one unit: feature, function and key. The same for ever, since cookies are its hash.
 */
record UnitKey(String feature, String function, Object key) {

  static String text(String feature, String function, Object key) {
    return feature + "/" + function + "/" + key;
  }

  @Override
  public String toString() {
    return text(feature, function, key);
  }
}
