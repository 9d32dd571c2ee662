package dev.heddle.policy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.heddle.expression.Clause;
import dev.heddle.expression.Expressions;
import dev.heddle.expression.Normal;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.PortGroup;
import dev.heddle.model.RefusedException;
import dev.heddle.model.Spec;
import dev.heddle.model.View;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Response.Severity;
import dev.heddle.pipeline.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A rule. In each tier, from 0 on, the rule of the highest priority that matches decides; of rules
 * of one priority drop and reject go before pass, pass before allow-stateless, that before allow.
 * Pass leaves it to the next tier, as does a tier in which no rule matches; behind the last tier
 * the switch's default decides.
 *
 * <p>A connection is judged as a whole, as its first packet was: each of its packets, replies and
 * related ICMP errors too, is judged by the present rules for the direction and the addresses and
 * ports of the first one. ARP and neighbour discovery are matched only by what names them.
 *
 * @param key 23 bits; the number of its conjunctions and of its connections
 * @param subject whose traffic it judges
 * @param direction from: what a port of the subject sends; to: what it gets
 * @param tier 0 to 3
 * @param priority 1 to 32767; the higher goes first
 * @param match what it matches: any of these
 * @param drains connections that it allowed live on when it is gone
 */
public record Acl(
    Id<Acl> id,
    Map<String, String> labels,
    int key,
    Subject subject,
    Direction direction,
    int tier,
    int priority,
    List<Clause> match,
    Verdict action,
    boolean drains,
    Optional<Log> log,
    String label)
    implements Entity<Acl> {

  public static final Kind<Acl> KIND = new Kind<>("Acl", "acls", false, KeySpace.RULE, Acl::parse);

  /** How many conditions a match may become. */
  public static final int MOST_CONDITIONS = 1000;

  /** Its conjunctions have numbers of 8 bits within the rule. */
  private static final int MOST_CLAUSES = 256;

  /** Of ICMPv6 (RFC 2710, RFC 3810, RFC 4861). */
  public static final List<Integer> LINK_TYPES =
      List.of(130, 131, 132, 133, 134, 135, 136, 137, 143);

  private static final int MOST_TEXT = 63;

  /** A port group or a switch: exactly one is present. */
  public record Subject(Optional<Id<PortGroup>> group, Optional<Id<LogicalSwitch>> network) {

    /** The nodes that have one of its ports: rules of it are in their switches. */
    public Set<Id<Node>> nodes(View view) {
      return group
          .map(g -> view.ids(Scope.BY_GROUP, Scope.group(g)))
          .orElseGet(() -> view.ids(Location.NODES, network.orElseThrow()));
    }
  }

  /** The rules of a subject, in both directions. */
  public static final Index<Acl, Acl, Subject, Id<Acl>> OF_SUBJECT =
      Index.of("acls-of-subject", KIND, (id, a) -> Stream.of(new Index.Pair<>(a.subject, id)));

  /** Seen from the port. */
  public enum Direction {
    @JsonProperty("from")
    FROM,
    @JsonProperty("to")
    TO
  }

  /** What becomes of what a rule matches. */
  public enum Verdict {
    /** And whatever belongs to the connection, in both directions. */
    @JsonProperty("allow")
    ALLOW,
    /** This packet, without a look at connections; replies need a rule of their own. */
    @JsonProperty("allow-stateless")
    ALLOW_STATELESS,
    @JsonProperty("drop")
    DROP,
    /** And tell the sender so. */
    @JsonProperty("reject")
    REJECT,
    /** The next tier decides. */
    @JsonProperty("pass")
    PASS;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What becomes of live connections when the rule goes. */
  enum OnChange {
    @JsonProperty("cut")
    CUT,
    @JsonProperty("drain")
    DRAIN
  }

  /**
   * What is written of what it decides.
   *
   * @param name free text of at most 63 characters, "" for none
   * @param meter a bound of the user's own, "" for the usual one
   */
  public record Log(String name, Severity severity, String meter) {}

  /** As written by a user; {@code severity} is info if absent. */
  record LogForm(String name, String severity, String meter) {}

  /** As written by a user. */
  record AppliesTo(String portGroup, @JsonProperty("switch") String network) {

    AppliesTo {
      if ((portGroup == null) == (network == null) || "".equals(portGroup) || "".equals(network)) {
        throw new IllegalArgumentException(
            "the name of either a portGroup or a switch is expected");
      }
    }

    Subject subject() {
      return new Subject(
          Optional.ofNullable(portGroup).map(PortGroup.KIND::id),
          Optional.ofNullable(network).map(LogicalSwitch.KIND::id));
    }
  }

  /** As written by a user; {@code tier} is 0 and {@code onChange} cut if absent. */
  record Form(
      AppliesTo appliesTo,
      Direction direction,
      Integer tier,
      Integer priority,
      String match,
      Verdict action,
      OnChange onChange,
      LogForm log,
      String label) {}

  /** Whether it judges what a port of its subject begins. */
  public boolean isFrom() {
    return direction == Direction.FROM;
  }

  /** Whether what it names exists, and what of it is not done yet. */
  public List<Condition> conditions(View view) {
    List<Id<?>> missing = new ArrayList<>();
    subject.group().filter(g -> view.get(g).isEmpty()).ifPresent(missing::add);
    subject.network().filter(n -> view.get(n).isEmpty()).ifPresent(missing::add);
    Names.of(this).all().filter(id -> isMissing(id, view)).forEach(missing::add);
    List<Condition> all = new ArrayList<>();
    all.add(Condition.met(Condition.ACCEPTED, ""));
    all.add(Condition.resolved(missing));
    if (log.filter(l -> !l.meter.isEmpty()).isPresent()) {
      all.add(
          Condition.failed(
              Condition.REALIZED,
              "NotMetered",
              "Meter "
                  + log.get().meter
                  + " does not bound what is logged: meters of one's own are not read yet. At most"
                  + " 100 packets a second and node are."));
    }
    return all;
  }

  private static <E extends Entity<E>> boolean isMissing(Id<E> id, View view) {
    return view.get(id).isEmpty();
  }

  private static Acl parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    String spec = d.path() + " spec.";
    expect(f.appliesTo != null, spec + "appliesTo", "{portGroup: NAME} or {switch: NAME}");
    expect(f.direction != null, spec + "direction", "from or to");
    int tier = f.tier == null ? 0 : f.tier;
    expect(tier >= 0 && tier <= 3, spec + "tier", "0 to 3");
    expect(
        f.priority != null && f.priority >= 1 && f.priority <= 32767,
        spec + "priority",
        "1 to 32767");
    expect(f.match != null && !f.match.isBlank(), spec + "match", "an expression");
    expect(f.action != null, spec + "action", "what becomes of what it matches");
    expect(
        f.label == null || f.label.length() <= MOST_TEXT,
        spec + "label",
        "at most " + MOST_TEXT + " characters");
    return new Acl(
        KIND.id(d),
        d.labels(),
        key,
        f.appliesTo.subject(),
        f.direction,
        tier,
        f.priority,
        clauses(f, spec + "match"),
        f.action,
        f.onChange == OnChange.DRAIN,
        Optional.ofNullable(f.log).map(l -> log(l, spec + "log.")),
        f.label == null ? "" : f.label);
  }

  private static Log log(LogForm f, String path) {
    String name = f.name == null ? "" : f.name;
    String meter = f.meter == null ? "" : f.meter;
    expect(
        name.length() <= MOST_TEXT && name.chars().noneMatch(Character::isISOControl),
        path + "name",
        "at most " + MOST_TEXT + " characters that can be printed");
    expect(meter.length() <= MOST_TEXT, path + "meter", "at most " + MOST_TEXT + " characters");
    Severity severity = f.severity == null ? Severity.INFO : severity(f.severity);
    expect(severity != null, path + "severity", "alert, warning, notice, info or debug");
    return new Log(name, severity, meter);
  }

  /** Null for another word. */
  public static Severity severity(String word) {
    return Arrays.stream(Severity.values())
        .filter(s -> s.name().equalsIgnoreCase(word))
        .findFirst()
        .orElse(null);
  }

  private static List<Clause> clauses(Form f, String path) {
    List<Clause> clauses;
    try {
      clauses = Normal.clauses(Expressions.parse(f.match), MOST_CONDITIONS);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(path, e.getMessage());
    }
    if (clauses.size() > MOST_CLAUSES) {
      throw new RefusedException(
          path,
          "this is " + clauses.size() + " alternatives, at most " + MOST_CLAUSES + " are allowed");
    }
    for (Clause c : clauses) {
      if (f.direction == Direction.FROM && !c.outports().isEmpty()) {
        throw new RefusedException(
            path, "where a packet goes is not known yet when what a port sends is judged");
      }
      if (isIp(c) && !c.fields().isEmpty() && f.action != Verdict.ALLOW_STATELESS) {
        throw new RefusedException(
            path,
            c.fields().firstKey()
                + " is of a packet, not of a connection: only allow-stateless may look at it");
      }
    }
    return clauses;
  }

  /** Whether a clause is about packets whose connection is tracked, or may be. */
  private static boolean isIp(Clause c) {
    int type = c.etherType().orElse(Match.ETH_IPV4);
    return type == Match.ETH_IPV4
        || type == Match.ETH_IPV6
            && !(!c.services().isEmpty() && c.services().stream().allMatch(Acl::isLink));
  }

  /** Neighbour discovery and multicast listener discovery: no connection, and never cut unasked. */
  public static boolean isLink(Clause.Service s) {
    return s.protocol() == Match.PROTO_ICMPV6
        && s.source().mask().low() == 0xff
        && LINK_TYPES.contains((int) s.source().value().low());
  }

  private static void expect(boolean holds, String path, String expected) {
    if (!holds) {
      throw new RefusedException(path, expected + " is expected");
    }
  }
}
