package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import java.util.Arrays;

/** An object of the model, present or absent, and the computations that exist because it does. */
final class EntityCell extends Cell {

  static final Computation[] NONE = {};

  final Id<?> id;
  private Entity<?> value;
  private Computation[] own = NONE;

  EntityCell(Id<?> id) {
    this.id = id;
  }

  /** Null if there is no such object. */
  Entity<?> value() {
    return value;
  }

  void value(Entity<?> now) {
    value = now;
  }

  /** The index sources and units whose key is this object. Not to be changed. */
  Computation[] own() {
    return own;
  }

  void own(Computation[] now) {
    own = now;
  }

  void addOwn(Computation c) {
    own = Arrays.copyOf(own, own.length + 1);
    own[own.length - 1] = c;
  }

  @Override
  Object key() {
    return id;
  }

  @Override
  int level() {
    return 0;
  }

  @Override
  boolean isForgettable() {
    return value == null;
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
