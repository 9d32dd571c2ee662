package dev.heddle.pipeline;

import java.util.List;

/**
 * A group of a switch (OpenFlow 1.3.5 section 5.6): what {@link Action.GroupRef} runs.
 *
 * @param id 0 to 0xfffffeff
 * @param buckets in their order, which fast failover goes by
 */
public record Group(long id, Type type, List<Bucket> buckets) {

  static final long LAST = 0xfffffeffL;

  /** Which buckets run. */
  public enum Type {
    /** Each, on a copy of its own. */
    ALL,
    /** One of those that are live, by weight and a hash of the packet. */
    SELECT,
    /** The only one there is. */
    INDIRECT,
    /** The first that is live. */
    FAST_FAILOVER
  }

  /**
   * @param weight share in a {@link Type#SELECT} group, 0 to 65535, 0 never; elsewhere 0
   * @param watchPort the bucket is live while this OpenFlow port is up; 0 for always, which fast
   *     failover does not allow
   * @param actions run on a copy of the packet; what they change is not seen behind the group. In
   *     the order of an action set: pop, push, count down, set and move, then one that sends on
   */
  public record Bucket(int weight, int watchPort, List<Action> actions) {

    public Bucket {
      actions = ActionList.bucket(actions);
      if (weight < 0 || weight > 0xffff) {
        throw new IllegalArgumentException("a weight is 0 to 65535, not " + weight);
      }
      if (watchPort != 0) {
        new Action.Output(watchPort);
      }
    }

    public static Bucket of(Action... actions) {
      return new Bucket(0, 0, List.of(actions));
    }

    public static Bucket weighing(int weight, Action... actions) {
      return new Bucket(weight, 0, List.of(actions));
    }

    public static Bucket whileUp(int port, Action... actions) {
      return new Bucket(0, port, List.of(actions));
    }
  }

  public Group {
    checkId(id);
    buckets = List.copyOf(buckets);
    if (type == Type.INDIRECT && buckets.size() != 1) {
      throw new IllegalArgumentException("an indirect group has one bucket, not " + buckets.size());
    }
    for (Bucket b : buckets) {
      if (type != Type.SELECT && b.weight() != 0) {
        throw new IllegalArgumentException("only a select group weighs: " + b);
      }
      if (type == Type.FAST_FAILOVER && b.watchPort() == 0) {
        throw new IllegalArgumentException("fast failover must watch a port: " + b);
      }
    }
  }

  static long checkId(long id) {
    if (id < 0 || id > LAST) {
      throw new IllegalArgumentException("a group is 0 to 0xfffffeff, not " + id);
    }
    return id;
  }
}
