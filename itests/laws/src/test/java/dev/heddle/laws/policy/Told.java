package dev.heddle.laws.policy;

/** Whether whoever sends a packet is told that it was refused. */
enum Told {
  YES,
  NO,
  /** Left open: it depends on what is no matter of rules. */
  OPEN
}
