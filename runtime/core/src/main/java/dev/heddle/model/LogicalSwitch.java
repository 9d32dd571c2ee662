package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * A layer 2 network that spans nodes.
 *
 * @param floodsUnknown a frame for a MAC that nobody is known to have goes to the ports with the
 *     address unknown
 * @param mandatory names of stages without which no port is admitted
 * @param closed what no rule decides is dropped, also of ports that no rule concerns
 */
public record LogicalSwitch(
    Id<LogicalSwitch> id,
    Map<String, String> labels,
    int key,
    List<IpPrefix> subnets,
    int mtu,
    boolean floodsUnknown,
    List<String> mandatory,
    boolean closed)
    implements Entity<LogicalSwitch> {

  /**
   * Room for the Geneve header with our option on an underlay of 1,500 bytes, over IPv4 or IPv6.
   */
  public static final int DEFAULT_MTU = 1400;

  private static final int MAX_SUBNETS = 64;

  private static final int MAX_STAGES = 64;

  public static final Kind<LogicalSwitch> KIND =
      new Kind<>("LogicalSwitch", "logicalswitches", false, KeySpace.NETWORK, LogicalSwitch::parse);

  /**
   * As written by a user.
   *
   * @param subnets optional: a switch without subnets is pure layer 2
   * @param mtu bytes, 576 to 9,000; 1,400 if absent
   * @param unknown flood if absent
   * @param mandatory names of stages, none if absent
   * @param defaultAction what becomes of what no Acl decides; allow if absent
   */
  record Form(
      List<IpPrefix> subnets,
      Integer mtu,
      Unknown unknown,
      List<String> mandatory,
      Default defaultAction) {

    Form {
      mandatory = mandatory == null ? List.of() : List.copyOf(mandatory);
      subnets = subnets == null ? List.of() : List.copyOf(subnets);
    }
  }

  /** What becomes of a frame for a MAC that nobody is known to have. */
  enum Unknown {
    @JsonProperty("flood")
    FLOOD,
    @JsonProperty("drop")
    DROP
  }

  /** What becomes of what no rule decides. */
  enum Default {
    @JsonProperty("allow")
    ALLOW,
    @JsonProperty("drop")
    DROP
  }

  private static LogicalSwitch parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    if (f.mtu != null && (f.mtu < 576 || f.mtu > 9000)) {
      throw new RefusedException(d.path() + " spec.mtu", "576 to 9000 bytes, not " + f.mtu);
    }
    String subnets = d.path() + " spec.subnets";
    if (f.subnets.size() > MAX_SUBNETS) {
      throw new RefusedException(subnets, "at most " + MAX_SUBNETS + " subnets are expected");
    }
    if (f.mandatory.size() > MAX_STAGES) {
      throw new RefusedException(
          d.path() + " spec.mandatory", "at most " + MAX_STAGES + " stages are expected");
    }
    for (int i = 0; i < f.subnets.size(); i++) {
      for (int j = 0; j < f.subnets.size(); j++) {
        if (i != j && f.subnets.get(i).contains(f.subnets.get(j))) {
          throw new RefusedException(subnets, f.subnets.get(j) + " is within " + f.subnets.get(i));
        }
      }
    }
    return new LogicalSwitch(
        KIND.id(d),
        d.labels(),
        key,
        f.subnets,
        f.mtu == null ? DEFAULT_MTU : f.mtu,
        f.unknown != Unknown.DROP,
        f.mandatory,
        f.defaultAction == Default.DROP);
  }
}
