package dev.heddle.acl;

import dev.heddle.model.Id;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.PuntMeters;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response.Report;
import dev.heddle.policy.Acl;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a rule with {@code log} writes down of a packet. What is of the rule stands in its flow, so
 * that nothing has to be looked up, and a line is right even when the rule is gone already.
 */
final class Reporting {

  /** As much of a packet as shows addresses and ports. */
  private static final int NEEDED = 128;

  private static final String BEGIN = "log";
  private static final int WORDS = 6;

  private Reporting() {}

  /** Of a connection that a rule allows its first packet is told, of all else each. */
  static void flows(Id<Acl> id, View view, FlowSink out) {
    view.get(id)
        .ifPresent(
            rule ->
                rule.log()
                    .ifPresent(
                        log ->
                            out.add(
                                met(rule)
                                    .then(punt(rule, log))
                                    .because(id)
                                    .where(Peers.scope(rule.subject())))));
  }

  private static FlowDraft met(Acl rule) {
    FlowDraft draft = Policy.REPORT.flow(100).match(Field.DECIDED, 1).match(Field.RULE, rule.key());
    return rule.action() == Acl.Verdict.ALLOW
        ? draft.match(Field.LENS, Lens.CONNECTION.number()).match(Field.CT_NEW, 1)
        : draft;
  }

  private static Punt punt(Acl rule, Acl.Log log) {
    String note =
        String.join(
            " ",
            BEGIN,
            log.severity().name(),
            rule.action().word(),
            rule.isFrom() ? "from" : "to",
            rule.id().name(),
            log.name());
    return new Punt(
        HexFormat.of().formatHex(note.getBytes(StandardCharsets.UTF_8)),
        NEEDED,
        PuntMeters.report(rule.key()));
  }

  /** Empty for what another flow has sent. */
  static Optional<Report> of(Punted punted) {
    String note = new String(HexFormat.of().parseHex(punted.note()), StandardCharsets.UTF_8);
    String[] words = note.split(" ", WORDS);
    if (words.length < WORDS || !words[0].equals(BEGIN)) {
      return Optional.empty();
    }
    boolean from = words[3].equals("from");
    boolean request = punted.value(Field.CT_RPL) == 0;
    SortedMap<String, Object> details = new TreeMap<>();
    details.put("node", punted.node().name());
    details.put("direction", words[3]);
    if (!words[5].isEmpty()) {
      details.put("name", words[5]);
    }
    int port = (int) punted.value(from == request ? Field.IN_PORT : Field.OUT_PORT);
    punted.ports().apply(port).ifPresent(name -> details.put("port", name));
    Headers.of(punted.packet()).ifPresent(h -> describe(h, details));
    return Optional.of(
        new Report(Acl.KIND.id(words[4]), words[2], Acl.severity(words[1]), details));
  }

  private static void describe(Headers h, SortedMap<String, Object> details) {
    details.put("source", h.source().toString());
    details.put("destination", h.destination().toString());
    details.put("protocol", protocol(h.protocol()));
    boolean ported =
        h.protocol() == Match.PROTO_TCP
            || h.protocol() == Match.PROTO_UDP
            || h.protocol() == Match.PROTO_SCTP;
    if (ported && h.shows(4)) {
      details.put("sourcePort", h.u16(0));
      details.put("destinationPort", h.u16(2));
    } else if (h.shows(2) && protocol(h.protocol()).startsWith("icmp")) {
      details.put("type", h.u8(0));
      details.put("code", h.u8(1));
    }
  }

  private static String protocol(int number) {
    return switch (number) {
      case Match.PROTO_TCP -> "tcp";
      case Match.PROTO_UDP -> "udp";
      case Match.PROTO_SCTP -> "sctp";
      case Match.PROTO_ICMP -> "icmp";
      case Match.PROTO_ICMPV6 -> "icmp6";
      default -> Integer.toString(number);
    };
  }
}
