package dev.heddle.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Track;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a tracker says of packets, as of ovs-fields(7), ct_state, and ovs-actions(7), ct. */
class ConnectionsTest {

  private static final int ZONE = 7;
  private static final String CLIENT = "10.0.0.1";
  private static final String SERVER = "10.0.0.2";
  private static final String OUTSIDE = "198.51.100.9";
  private static final Track LOOK = Track.in(ZONE);
  private static final Track KEEP = Track.commit(ZONE);

  private final Connections connections = new Connections();

  @Test
  void aConnectionIsNewUntilItIsAnsweredAndThenEstablished() {
    Packet request = udp(CLIENT, 1000, SERVER, 53);
    Packet reply = udp(SERVER, 53, CLIENT, 1000);
    assertThat(state(look(request))).isEqualTo("new trk");
    assertThat(state(look(reply))).as("nothing was kept").isEqualTo("new trk");
    assertThat(state(track(request, KEEP))).isEqualTo("new trk");
    assertThat(state(look(request))).as("not answered yet").isEqualTo("new trk");
    assertThat(state(look(reply))).isEqualTo("est rpl trk");
    assertThat(state(look(request))).isEqualTo("est trk");
    assertThat(state(look(udp(CLIENT, 1001, SERVER, 53)))).as("another port").isEqualTo("new trk");
    assertThat(state(look(tcp(CLIENT, 1000, SERVER, 53, 2)))).as("TCP").isEqualTo("new trk");
  }

  @Test
  void zonesKnowNothingOfEachOther() {
    track(udp(CLIENT, 1, SERVER, 2), KEEP);
    Packet reply = udp(SERVER, 2, CLIENT, 1);
    assertThat(state(connections.track(reply, Track.in(8), 8))).isEqualTo("new trk");
    assertThat(state(look(reply))).isEqualTo("est rpl trk");
  }

  @Test
  void anEchoIsAnsweredByAnEchoReplyAndByNoOther() {
    assertThat(state(look(icmp(SERVER, CLIENT, 0))))
        .as("an answer to nothing")
        .isEqualTo("inv trk");
    track(icmp(CLIENT, SERVER, 8), KEEP);
    assertThat(state(look(icmp(SERVER, CLIENT, 0)))).isEqualTo("est rpl trk");
    assertThat(state(look(icmp(SERVER, CLIENT, 8)))).as("a ping back").isEqualTo("new trk");
    assertThat(state(look(icmp(SERVER, CLIENT, 99)))).as("no such type").isEqualTo("inv trk");
  }

  @Test
  void anErrorIsRelatedToTheConnectionItQuotesAndInvalidWithoutOne() {
    Packet request = udp(CLIENT, 1000, SERVER, 53);
    Packet error = icmp("10.0.0.254", CLIENT, 3).quoting(request);
    assertThat(state(look(error))).isEqualTo("inv trk");
    track(request, KEEP);
    assertThat(state(look(error))).isEqualTo("rel rpl trk");
    assertThat(state(look(icmp(CLIENT, SERVER, 3).quoting(udp(SERVER, 53, CLIENT, 1000)))))
        .isEqualTo("rel trk");
    assertThat(state(look(icmp("10.0.0.254", CLIENT, 3)))).as("quotes none").isEqualTo("inv trk");
  }

  @Test
  void anErrorIsForWhoSentWhatItQuotesAndQuotesWhatShowsPorts() {
    Packet request = udp(CLIENT, 1000, SERVER, 53);
    track(request, KEEP);
    assertThat(state(look(icmp(SERVER, OUTSIDE, 3).quoting(request)))).isEqualTo("inv trk");
    for (int redirectOrQuench : List.of(4, 5)) {
      Packet error = icmp(SERVER, CLIENT, redirectOrQuench).quoting(request);
      assertThat(state(look(error))).isEqualTo("rel rpl trk");
    }
    Packet first = request.piece(new Packet.Fragment(1, 0, 2));
    Packet later = request.piece(new Packet.Fragment(1, 1, 2));
    assertThat(state(look(icmp(SERVER, CLIENT, 3).quoting(first)))).isEqualTo("rel rpl trk");
    assertThat(state(look(icmp(SERVER, CLIENT, 3).quoting(later)))).isEqualTo("inv trk");
    assertThat(state(look(request))).as("an error is no answer").isEqualTo("new trk");
  }

  @Test
  void aConnectionOfTcpGoesOnWithoutAnAnswerIfThatIsNoBeginning() {
    track(tcp(CLIENT, 1, SERVER, 2, 0x02), KEEP);
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x02)))).as("SYN again").isEqualTo("new trk");
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x10)))).as("ACK").isEqualTo("est trk");
  }

  @Test
  void flagsThatBeginNothingAreInvalid() {
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x02)))).as("SYN").isEqualTo("new trk");
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x12)))).as("SYN+ACK").isEqualTo("inv trk");
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x10)))).as("ACK").isEqualTo("new trk");
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x01)))).as("FIN").isEqualTo("inv trk");
    assertThat(state(look(tcp(CLIENT, 1, SERVER, 2, 0x03)))).as("SYN+FIN").isEqualTo("inv trk");
  }

  @Test
  void aCommitThatIsForcedTurnsTheConnectionRound() {
    track(udp(SERVER, 53, CLIENT, 1000), KEEP);
    Packet request = udp(CLIENT, 1000, SERVER, 53);
    assertThat(state(track(request, KEEP))).as("not forced").isEqualTo("est rpl trk");
    assertThat(state(track(request, KEEP.forced()))).isEqualTo("new trk");
    assertThat(state(look(udp(SERVER, 53, CLIENT, 1000)))).isEqualTo("est rpl trk");
  }

  @Test
  void markAndLabelAreKeptWithTheConnectionInTheirBits() {
    Packet request = udp(CLIENT, 1, SERVER, 2);
    track(request, KEEP.with(Field.CT_MARK, 5).with(Field.CT_LABEL, 9));
    Packet reply = look(udp(SERVER, 2, CLIENT, 1));
    assertThat(reply.get(Field.CT_MARK).low()).isEqualTo(5);
    assertThat(reply.get(Field.CT_LABEL).low()).isEqualTo(9);
    assertThat(track(udp(SERVER, 2, CLIENT, 1), KEEP.with(Field.CT_MARK, 6)).get(Field.CT_MARK))
        .as("a reply may write it too")
        .isEqualTo(look(request).get(Field.CT_MARK));
    assertThat(look(udp(CLIENT, 9, SERVER, 2)).get(Field.CT_MARK).isZero()).isTrue();
  }

  @Test
  void whatWentOutTranslatedComesBackToWhoSentIt() {
    Track out = KEEP.nat(Nat.source(IpAddress.parse(OUTSIDE)));
    Packet sent = track(udp(CLIENT, 1000, SERVER, 53), out);
    assertThat(wire(sent)).isEqualTo(udp(OUTSIDE, 1000, SERVER, 53));
    assertThat(state(sent)).isEqualTo("new trk snat");

    Packet back = track(udp(SERVER, 53, OUTSIDE, 1000), LOOK.nat(Nat.known()));
    assertThat(wire(back)).isEqualTo(udp(SERVER, 53, CLIENT, 1000));
    assertThat(state(back)).isEqualTo("est rpl trk dnat");

    Packet again = track(udp(CLIENT, 1000, SERVER, 53), LOOK.nat(Nat.known()));
    assertThat(wire(again)).isEqualTo(udp(OUTSIDE, 1000, SERVER, 53));
    assertThat(state(again)).isEqualTo("est trk snat");
    assertThat(wire(look(udp(SERVER, 53, OUTSIDE, 1000))))
        .as("nat was not asked for")
        .isEqualTo(udp(SERVER, 53, OUTSIDE, 1000));
  }

  @Test
  void whatIsSentToAServiceIsAnsweredInItsName() {
    Track in = KEEP.nat(Nat.destination(IpAddress.parse(SERVER), 8080));
    Packet sent = track(tcp(CLIENT, 1000, OUTSIDE, 80, 2), in);
    assertThat(wire(sent)).isEqualTo(tcp(CLIENT, 1000, SERVER, 8080, 2));
    assertThat(state(sent)).isEqualTo("new trk dnat");
    Packet back = track(tcp(SERVER, 8080, CLIENT, 1000, 0x12), LOOK.nat(Nat.known()));
    assertThat(wire(back)).isEqualTo(tcp(OUTSIDE, 80, CLIENT, 1000, 0x12));
    assertThat(state(back)).isEqualTo("est rpl trk snat");
  }

  @Test
  void twoThatWouldLookAlikeGetDifferentPortsAndTheThirdNone() {
    IpAddress outside = IpAddress.parse(OUTSIDE);
    Track out = KEEP.nat(Nat.source(outside, outside, 2000, 2001));
    assertThat(wire(track(udp("10.0.0.1", 9, SERVER, 53), out)))
        .isEqualTo(udp(OUTSIDE, 2000, SERVER, 53));
    assertThat(wire(track(udp("10.0.0.3", 9, SERVER, 53), out)))
        .isEqualTo(udp(OUTSIDE, 2001, SERVER, 53));
    Packet third = track(udp("10.0.0.4", 9, SERVER, 53), out);
    assertThat(wire(third)).isEqualTo(udp("10.0.0.4", 9, SERVER, 53));
    assertThat(state(track(udp("10.0.0.4", 9, SERVER, 53), LOOK))).isEqualTo("new trk");
  }

  @Test
  void anErrorAboutATranslatedPacketReachesWhoSentItAndSpeaksOfWhatItSent() {
    track(udp(CLIENT, 1000, SERVER, 53), KEEP.nat(Nat.source(IpAddress.parse(OUTSIDE))));
    Packet error = icmp("203.0.113.1", OUTSIDE, 11).quoting(udp(OUTSIDE, 1000, SERVER, 53));
    Packet back = track(error, LOOK.nat(Nat.known()));
    assertThat(state(back)).isEqualTo("rel rpl trk dnat");
    assertThat(wire(back))
        .isEqualTo(icmp("203.0.113.1", CLIENT, 11).quoting(udp(CLIENT, 1000, SERVER, 53)));
  }

  @Test
  void aPacketTranslatedInThisZoneIsStillOfItsConnection() {
    Packet sent =
        track(udp(CLIENT, 1000, SERVER, 53), KEEP.nat(Nat.source(IpAddress.parse(OUTSIDE))));
    assertThat(state(track(sent, LOOK))).isEqualTo("new trk snat");
  }

  private Packet look(Packet packet) {
    return track(packet, LOOK);
  }

  private Packet track(Packet packet, Track how) {
    return connections.track(packet, how, ZONE);
  }

  private static String state(Packet p) {
    return List.of("NEW", "EST", "REL", "RPL", "INV", "TRK", "SNAT", "DNAT").stream()
        .filter(bit -> !p.get(Field.valueOf("CT_" + bit)).isZero())
        .map(bit -> bit.toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(" "));
  }

  private static Packet wire(Packet p) {
    return p.untracked();
  }

  private static Packet udp(String from, int fromPort, String to, int toPort) {
    return ip(from, to, Match.PROTO_UDP).with(Field.UDP_SRC, fromPort).with(Field.UDP_DST, toPort);
  }

  private static Packet tcp(String from, int fromPort, String to, int toPort, int flags) {
    return ip(from, to, Match.PROTO_TCP)
        .with(Field.TCP_SRC, fromPort)
        .with(Field.TCP_DST, toPort)
        .with(Field.TCP_FLAGS, flags);
  }

  private static Packet icmp(String from, String to, int type) {
    return ip(from, to, Match.PROTO_ICMP).with(Field.ICMPV4_TYPE, type);
  }

  private static Packet ip(String from, String to, int protocol) {
    return Packet.EMPTY
        .with(Field.ETH_TYPE, Match.ETH_IPV4)
        .with(Field.IP_PROTO, protocol)
        .with(Field.IPV4_SRC, IpAddress.parse(from).bits())
        .with(Field.IPV4_DST, IpAddress.parse(to).bits());
  }
}
