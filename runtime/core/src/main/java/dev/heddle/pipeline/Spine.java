package dev.heddle.pipeline;

import static dev.heddle.pipeline.Field.FROM_TUNNEL;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.LOOP_OK;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OUT_IS_GROUP;
import static dev.heddle.pipeline.Field.OUT_PORT;
import static dev.heddle.pipeline.Field.PART;

import java.util.List;
import java.util.stream.Stream;

/**
 * The pipeline as one list, in the order a packet meets it. A stage is named for what it does; its
 * number never changes and is never given again, for a packet parked in conntrack resumes at a
 * saved number. To add a stage: take the free number at its place, say what it matches and writes,
 * and put it in {@link #STAGES}. Tables 200 to 253 are for a feature's private use.
 */
public final class Spine {

  public static final Stage CLASSIFY =
      Stage.at("CLASSIFY", 0, "which port and network a packet comes from")
          .writes(NETWORK, IN_PORT, OUT_PORT, FROM_TUNNEL, Field.VLAN_TCI)
          .reaches(28, 56, 207, 210)
          .dropping()
          .byNode();

  public static final Stage ADMIT =
      Stage.at("ADMIT", 4, "port security: only what a port may send")
          .matches(IN_PORT)
          .reaches(207)
          .dropping();

  public static final Stage ANSWER =
      Stage.at("ANSWER", 8, "replies to ARP and ND by flows, on the asker's node")
          .matches(NETWORK, IN_PORT)
          .writes(
              Field.ETH_SRC,
              Field.ETH_DST,
              Field.ARP_OP,
              Field.ARP_SHA,
              Field.ARP_THA,
              Field.ARP_SPA,
              Field.ARP_TPA,
              Field.IPV6_SRC,
              Field.IPV6_DST,
              Field.ICMPV6_TYPE,
              Field.ND_SLL,
              Field.ND_RESERVED,
              Field.ND_OPTIONS_TYPE)
          .reaches(204);

  public static final Stage TRACK_FROM =
      Stage.at("TRACK_FROM", 12, "looks up the connection of what a port under policy sends")
          .matches(IN_PORT)
          .writes(Policy.WRITTEN)
          .reaches(212, 219);

  public static final Stage POLICY_FROM =
      Stage.at("POLICY_FROM", 20, "judges what a port under policy sends")
          .matches(IN_PORT, Field.JUDGING, Field.CT_STATE)
          .writes(Policy.WRITTEN)
          .reaches(212, 213, 217);

  /** What ports with unknown addresses were seen to send; none of its flows is computed. */
  public static final Stage LEARNED =
      Stage.beside(
              "LEARNED", 202, "learned MACs, each to its port; forgotten when they fall silent")
          .matches(NETWORK)
          .writes(OUT_PORT);

  /** Only a flow that matches an advertisement may write its option: hence a table of its own. */
  public static final Stage ANSWER_ND =
      Stage.beside("ANSWER_ND", 204, "puts the link-layer address into an answer to ND")
          .matches(NETWORK)
          .writes(Field.ND_TLL);

  /** With OUT_PORT goes TUNNEL_DST, where its node is: LOCATE needs no flow for each port then. */
  public static final Stage SWITCH =
      Stage.at("SWITCH", 28, "destination MAC to port or group, and to where the port's node is")
          .matches(NETWORK)
          .writes(OUT_PORT, Field.TUNNEL_DST)
          .reaches(202)
          .dropping();

  public static final Stage REPLICATE =
      Stage.at("REPLICATE", 56, "a group: each local member, one copy per remote node")
          .matches(NETWORK, OUT_PORT, OUT_IS_GROUP)
          .writes(PART)
          .reaches(205);

  public static final Stage LOCATE =
      Stage.at(
              "LOCATE",
              60,
              "a port: on with it if it is here, else to its node by tunnel or uplink")
          .matches(NETWORK, IN_PORT, OUT_PORT, FROM_TUNNEL)
          .writes(
              OUT_PORT,
              Field.TUNNEL_NETWORK,
              Field.TUNNEL_DST,
              Field.TUNNEL_IN_PORT,
              Field.TUNNEL_OUT_PORT,
              Field.TUNNEL_RESUME,
              Field.TUNNEL_FLAGS)
          .reaches(206)
          .dropping()
          .byNode();

  public static final Stage TRACK_TO =
      Stage.at("TRACK_TO", 64, "looks up the connection of what a port under policy is to get")
          .matches(OUT_PORT)
          .writes(Policy.WRITTEN)
          .reaches(213, 229);

  public static final Stage POLICY_TO =
      Stage.at("POLICY_TO", 68, "judges what a port under policy is to get")
          .matches(OUT_PORT, Field.JUDGING, Field.CT_STATE)
          .writes(Policy.WRITTEN)
          .reaches(212, 213, 218);

  public static final Stage GUARD_TO =
      Stage.at("GUARD_TO", 72, "not back to its port; port security: only what a port may get")
          .matches(IN_PORT, OUT_PORT, LOOP_OK)
          .dropping();

  public static final Stage OUTPUT =
      Stage.at("OUTPUT", 76, "out of the port's interface, or tagged out of an uplink")
          .matches(OUT_PORT)
          .writes(Field.VLAN_TCI)
          .dropping()
          .byNode();

  /** A list of copies in parts: a flow of thousands of actions is not written anew for one. */
  public static final Stage COPIES =
      Stage.beside("COPIES", 205, "one part of a group's members or of the nodes they are on")
          .matches(NETWORK, PART, FROM_TUNNEL)
          .writes(
              OUT_PORT,
              Field.VLAN_TCI,
              Field.TUNNEL_NETWORK,
              Field.TUNNEL_DST,
              Field.TUNNEL_IN_PORT,
              Field.TUNNEL_OUT_PORT,
              Field.TUNNEL_RESUME,
              Field.TUNNEL_FLAGS)
          .reaches(206, 60)
          .byNode();

  public static final Stage CROSS =
      Stage.beside(
              "CROSS",
              206,
              "into the tunnel that both nodes speak, unless it leads to this very one")
          .byNode();

  public static final Stage LEARN =
      Stage.beside("LEARN", 207, "learns the sender's MAC, if its port takes unknown addresses")
          .matches(NETWORK, IN_PORT)
          .writes(OUT_PORT)
          .reaches(202);

  public static final Stage PLAIN_FROM =
      Stage.beside("PLAIN_FROM", 210, "plain switches: which ports take part; learns the sender")
          .writes(OUT_PORT)
          .reaches(202, 211)
          .byNode();

  public static final Stage PLAIN_TO =
      Stage.beside("PLAIN_TO", 211, "plain switches: out of the port learned, or of all")
          .matches(OUT_PORT)
          .byNode();

  /** In packet order. */
  public static final List<Stage> STAGES =
      List.of(
          CLASSIFY,
          ADMIT,
          ANSWER,
          TRACK_FROM,
          POLICY_FROM,
          SWITCH,
          REPLICATE,
          LOCATE,
          TRACK_TO,
          POLICY_TO,
          GUARD_TO,
          OUTPUT);

  /** Tables that one feature keeps to itself, beside the path. */
  public static final List<Stage> BESIDE =
      Stream.concat(
              Stream.of(LEARNED, ANSWER_ND, COPIES, CROSS, LEARN, PLAIN_FROM, PLAIN_TO),
              Policy.BESIDE.stream())
          .toList();

  private Spine() {}
}
