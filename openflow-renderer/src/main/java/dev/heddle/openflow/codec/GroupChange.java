package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Group;

/**
 * One step from the groups a switch has to those it is to have. In one commit a group comes before
 * the flows that use it and goes after them, since flows that use it go with it.
 */
public sealed interface GroupChange extends Change {

  /** Adds the group or replaces the one with its number; flows that use it keep doing so. */
  record Put(Group group) implements GroupChange {}

  /** No error if there is none. */
  record Remove(long id) implements GroupChange {}
}
