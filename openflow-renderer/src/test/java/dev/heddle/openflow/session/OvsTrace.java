package dev.heddle.openflow.session;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Wire;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code ofproto/trace} of OVS 3.1 prints, read back.
 *
 * @param steps one per lookup, in the order of the passages through the tables
 * @param last the fields of the "Final flow" of the first passage
 * @param failed the packet was lost to a limit
 */
record OvsTrace(String text, List<Step> steps, Map<Wire, Bits> last, boolean failed) {

  /**
   * @param priority -1 for a miss
   * @param outputs by its own actions, in order; {@link #IN_PORT} for "to sender"
   */
  record Step(int table, int priority, long cookie, List<Integer> outputs) {}

  static final int IN_PORT = 0xfff8;

  private static final Pattern LOOKUP =
      Pattern.compile(
          "^(\\s*)(\\d+)\\. (?:No match\\.|(?:.*, |)priority (\\d+)(?:, cookie 0x([0-9a-f]+))?)$");
  private static final Pattern OUTPUT = Pattern.compile("^\\s+output:(\\d+)$");
  private static final Pattern REFUSED =
      Pattern.compile("^\\s+>> (skipping output to input port|Nonexistent output port)$");

  /** "Final flow" leaves tun_id out unless the packet came with a flag that says it has one. */
  private static final Pattern TUN_ID =
      Pattern.compile("^\\s+-> NXM_NX_TUN_ID\\[0..23\\] is now (0x[0-9a-f]+)$");

  /** Fields whose values are printed as words. */
  private static final Set<Wire> IN_WORDS = Set.of(Wire.CT_STATE, Wire.IP_FRAG, Wire.TCP_FLAGS);

  private static final Pattern FIELD = Pattern.compile("([a-z_0-9]+)=([^,\\s]+)");

  static OvsTrace of(String text) {
    List<Step> steps = new ArrayList<>();
    // A resubmit's lookups stand deeper than the actions after it: the innermost open step acts.
    List<Map.Entry<Integer, Step>> open = new ArrayList<>();
    String flow = "";
    String last = "";
    for (String line : text.lines().toList()) {
      Matcher lookup = LOOKUP.matcher(line);
      int indent = line.length() - line.stripLeading().length();
      if (lookup.matches()) {
        int table = Integer.parseInt(lookup.group(2));
        Step step =
            new Step(
                table,
                lookup.group(3) == null ? -1 : Integer.parseInt(lookup.group(3)),
                lookup.group(4) == null ? 0 : Long.parseUnsignedLong(lookup.group(4), 16),
                new ArrayList<>());
        steps.add(step);
        int column = lookup.start(2) + lookup.group(2).length(); // of the dot, whatever the width
        open.removeIf(o -> o.getKey() >= column);
        open.add(Map.entry(column, step));
      } else if (line.startsWith("recirc(")) {
        open.clear();
      } else if (line.startsWith("Flow: ") && flow.isEmpty()) {
        flow = line;
      } else if (line.startsWith("Final flow: ") && last.isEmpty()) {
        last = line.endsWith(": unchanged") ? flow : line;
      } else if (!open.isEmpty() && !line.isBlank()) {
        open.removeIf(o -> o.getKey() > indent);
        act(
            line,
            open.isEmpty() ? new ArrayList<>() : open.get(open.size() - 1).getValue().outputs());
      }
    }
    Map<Wire, Bits> fields = fields(last);
    text.lines()
        .map(TUN_ID::matcher)
        .filter(Matcher::matches)
        .forEach(m -> fields.put(Wire.TUN_ID, value(m.group(1))));
    return new OvsTrace(text, steps, fields, text.contains("Translation failed"));
  }

  private static void act(String line, List<Integer> outputs) {
    Matcher output = OUTPUT.matcher(line);
    if (output.matches()) {
      outputs.add(Integer.parseInt(output.group(1)));
    } else if (line.strip().equals("IN_PORT")) {
      outputs.add(IN_PORT);
    } else if (REFUSED.matcher(line).matches()) {
      outputs.remove(outputs.size() - 1);
    }
  }

  private static Map<Wire, Bits> fields(String flow) {
    Map<String, Wire> byName =
        Stream.of(Wire.values()).collect(Collectors.toMap(Wire::ovsName, w -> w));
    Map<Wire, Bits> fields = new EnumMap<>(Wire.class);
    Matcher m = FIELD.matcher(flow);
    while (m.find()) {
      Wire wire = byName.get(m.group(1));
      if (m.group(1).matches("dl_vlan(_pcp)?")) {
        Bits known = fields.getOrDefault(Wire.VLAN_TCI, Bits.of(0x1000));
        int shift = m.group(1).equals("dl_vlan") ? 0 : 13;
        fields.put(Wire.VLAN_TCI, known.or(value(m.group(2)).shiftLeft(shift)));
      } else if (wire != null && !IN_WORDS.contains(wire) && !value(m.group(2)).isZero()) {
        fields.put(wire, value(m.group(2)));
      }
    }
    return fields;
  }

  private static Bits value(String text) {
    if (text.matches("..(:..){5}")) {
      return MacAddress.parse(text).bits();
    }
    return text.contains(".") || text.contains(":")
        ? IpAddress.parse(text).bits()
        : Bits.of(
            Long.parseUnsignedLong(text.replaceFirst("^0x", ""), text.startsWith("0x") ? 16 : 10));
  }
}
