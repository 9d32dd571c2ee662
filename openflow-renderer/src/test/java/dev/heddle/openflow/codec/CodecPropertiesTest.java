package dev.heddle.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Meter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is written reads back equal; whatever comes is read or refused, nothing else. */
class CodecPropertiesTest {

  private static final List<Consumer<byte[]>> READERS =
      List.of(
          FlowCodec::readPage,
          GroupCodec::readPage,
          MeterCodec::readPage,
          TlvCodec::readReply,
          PacketCodec::read,
          PacketCodec::readOut,
          PacketCodec::isPacketIn,
          Messages::readDatapathId,
          OpenFlowError::read,
          m -> BundleCodec.answers(m, 1, BundleCodec.Control.CLOSE));

  @Provide
  Arbitrary<List<Group>> groups() {
    return AnyGroup.groups();
  }

  @Provide
  Arbitrary<List<Meter>> meters() {
    return AnyGroup.meters();
  }

  @Provide
  Arbitrary<List<Flow>> flows() {
    return AnyFlow.flows().list().ofMinSize(1).ofMaxSize(3);
  }

  @Provide
  Arbitrary<PacketOut> packetsOut() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 0xfeff),
            AnyAction.actions(2).list().ofMaxSize(6),
            packets())
        .as(PacketOut::new);
  }

  @Provide
  Arbitrary<PacketIn> packetsIn() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 253),
            Arbitraries.longs(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(64).map(HexFormat.of()::formatHex),
            AnyFlow.matches(),
            packets(),
            Arbitraries.integers().between(0, 100))
        .as(
            (table, cookie, userdata, metadata, packet, cut) ->
                new PacketIn(table, cookie, userdata, metadata, packet, packet.length() / 2 + cut));
  }

  private static Arbitrary<String> packets() {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofMinSize(14)
        .ofMaxSize(200)
        .map(HexFormat.of()::formatHex);
  }

  @Property(tries = 1000)
  void groupsReadBackEqual(@ForAll("groups") List<Group> groups) {
    assertThat(GroupCodec.readPage(Written.descriptions(groups)))
        .isEqualTo(new GroupCodec.Page(groups, List.of(), false));
  }

  @Property(tries = 1000)
  void metersReadBackEqual(@ForAll("meters") List<Meter> meters) {
    assertThat(MeterCodec.readPage(Written.configurations(meters)))
        .isEqualTo(new MeterCodec.Page(meters, List.of(), false));
  }

  @Property(tries = 1000)
  void packetsOutReadBackEqual(@ForAll("packetsOut") PacketOut packet) {
    assertThat(PacketCodec.readOut(Written.bytes(out -> PacketCodec.write(out, 5, packet))))
        .isEqualTo(Optional.of(packet));
  }

  @Property(tries = 1000)
  void packetsInReadBackEqual(@ForAll("packetsIn") PacketIn packet) {
    assertThat(PacketCodec.read(Written.packetIn(packet))).isEqualTo(packet);
  }

  @Property(tries = 1000)
  void brokenMessagesOfEveryKindAreReadOrRefusedByEveryReader(
      @ForAll("flows") List<Flow> flows,
      @ForAll("groups") List<Group> groups,
      @ForAll("meters") List<Meter> meters,
      @ForAll("packetsOut") PacketOut out,
      @ForAll("packetsIn") PacketIn in,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<byte[]> messages = new ArrayList<>();
    messages.add(Written.statistics(flows));
    messages.add(Written.descriptions(groups));
    messages.add(Written.configurations(meters));
    messages.add(Written.bytes(m -> PacketCodec.write(m, 1, out)));
    messages.add(Written.packetIn(in));
    messages.add(Written.bytes(m -> m.writeLong(random.nextLong()).writeLong(random.nextLong())));
    for (byte[] message : messages) {
      byte[] broken = message.clone();
      for (int i = random.nextInt(8); i >= 0; i--) {
        broken[random.nextInt(broken.length)] =
            (byte) (random.nextBoolean() ? 0 : random.nextInt());
      }
      for (byte[] hostile :
          List.of(broken, Arrays.copyOf(broken, random.nextInt(broken.length + 1)))) {
        READERS.forEach(reader -> readsOrRefuses(reader, hostile));
      }
    }
  }

  @Property(tries = 2000)
  void noiseIsReadOrRefusedByEveryReader(@ForAll byte[] noise) {
    READERS.forEach(reader -> readsOrRefuses(reader, noise));
  }

  private static void readsOrRefuses(Consumer<byte[]> reader, byte[] hostile) {
    try {
      reader.accept(hostile);
    } catch (MalformedMessage refused) {
      assertThat(refused.getMessage()).isNotBlank().doesNotContain("null");
    }
  }

  @Property(tries = 300)
  void whatIsEncodedOnceHasTheBytesThatEncodingEachTimeGives(
      @ForAll("flows") List<Flow> flows, @ForAll long seed) {
    Random random = new Random(seed);
    EncodedFlows small = new EncodedFlows(2_000, Runnable::run);
    List<Flow> all = new ArrayList<>(flows);
    for (Flow f : flows) { // the same keys, so that one takes another's place
      all.add(new Flow(f.key(), f.cookie() + 1, f.actions()));
      all.add(new Flow(f.key(), f.cookie(), List.of(new Action.Output(1 + random.nextInt(9)))));
    }
    all.add(new Flow(new dev.heddle.pipeline.FlowKey(0, 1, Match.ALL), 1, List.of()));
    for (int i = 0; i < 40; i++) {
      FlowChange.Put put = new FlowChange.Put(all.get(random.nextInt(all.size())));
      int xid = random.nextInt();
      assertThat(Written.bytes(out -> small.write(out, xid, put)))
          .isEqualTo(Written.bytes(out -> FlowCodec.write(out, xid, put)));
    }
  }
}
