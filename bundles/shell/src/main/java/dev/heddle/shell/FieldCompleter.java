package dev.heddle.shell;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Offers the fields of a packet that people ask with most. */
@Service
public final class FieldCompleter implements Completer {

  private static final List<String> FIELDS =
      List.of(
          "arp_tpa=",
          "dl_dst=",
          "dl_src=",
          "dl_type=",
          "icmp_type=",
          "ipv6_dst=",
          "ipv6_src=",
          "nw_dst=",
          "nw_proto=",
          "nw_src=",
          "nw_ttl=",
          "tcp_dst=",
          "tcp_src=",
          "udp_dst=",
          "udp_src=",
          "vlan_tci=");

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return new StringsCompleter(FIELDS).complete(session, line, candidates);
  }
}
