package dev.heddle.simulator.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of dpctl/dump-conntrack as Open vSwitch 3.1 and 3.5 write them, and what is none. */
class TrackedTest {

  private static final Id<Node> NODE = Node.KIND.id("n1");

  private static Optional<Tracked> parsed(String line) {
    return Tracked.parse(NODE, line);
  }

  @Test
  void everythingOfAConnectionIsRead() {
    Tracked t =
        parsed(
                "tcp,orig=(src=10.0.0.16,dst=10.0.0.17,sport=45678,dport=5201),"
                    + "reply=(src=10.0.0.17,dst=10.0.0.16,sport=5201,dport=45678),"
                    + "zone=7,mark=1,labels=0x10000000000000002,protoinfo=(state=ESTABLISHED)")
            .orElseThrow();
    assertThat(t).hasToString("tcp 10.0.0.16:45678 to 10.0.0.17:5201");
    assertThat(t.zone()).isEqualTo(7);
    assertThat(t.mark()).isEqualTo(Bits.of(1));
    assertThat(t.label()).isEqualTo(new Bits(1, 2));
  }

  @Test
  void countersOfTheLongFormAreNoHindrance() {
    Tracked t =
        parsed(
                "udp,orig=(src=fd00::1,dst=fd00::2,sport=53,dport=54,packets=3,bytes=120),"
                    + "reply=(src=fd00::2,dst=fd00::1,sport=54,dport=53,packets=0,bytes=0),"
                    + "zone=3,timeout=29")
            .orElseThrow();
    assertThat(t).hasToString("udp [fd00::1]:53 to [fd00::2]:54");
    assertThat(t.mark()).isEqualTo(Bits.ZERO);
  }

  @Test
  void anEchoHasATypeAndACode() {
    Tracked t =
        parsed(
                "icmp,orig=(src=10.0.0.1,dst=10.0.0.2,id=9,type=8,code=0),"
                    + "reply=(src=10.0.0.2,dst=10.0.0.1,id=9,type=0,code=0),zone=3")
            .orElseThrow();
    assertThat(t.from()).isEqualTo(8);
    assertThat(t.to()).isZero();
  }

  @Test
  void whatIsTranslatedOrOfAnotherProtocolIsLeftOut() {
    assertThat(
            parsed(
                "tcp,orig=(src=10.0.0.1,dst=10.0.0.9,sport=1,dport=2),"
                    + "reply=(src=10.0.0.2,dst=10.0.0.1,sport=2,dport=1),zone=1"))
        .isEmpty();
    assertThat(parsed("47,orig=(src=10.0.0.1,dst=10.0.0.2),reply=(src=10.0.0.2,dst=10.0.0.1)"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=70000000,dport=2),"
            + "reply=(src=10.0.0.2,dst=10.0.0.1)",
        "tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1),reply=(src=10.0.0.2,dst=10.0.0.1)",
        "tcp,orig=(src=10.0.0.999,dst=x,sport=1,dport=1),reply=(src=x,dst=10.0.0.999)",
        "tcp,orig=(src=10.0.0.1,dst=fd00::1,sport=1,dport=1),reply=(src=fd00::1,dst=10.0.0.1)"
      })
  void whatIsNoConnectionIsRefused(String line) {
    assertThatThrownBy(() -> parsed(line))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("dump-conntrack");
  }

  @Test
  void aDamagedLineIsReadOrRefused() {
    String whole =
        "tcp,orig=(src=10.0.0.16,dst=10.0.0.17,sport=45678,dport=5201),"
            + "reply=(src=10.0.0.17,dst=10.0.0.16,sport=5201,dport=45678),"
            + "zone=7,mark=4294967295,labels=0xffffffffffffffffffffffffffffffff";
    int refused = 0;
    for (int at = 0; at < whole.length(); at++) {
      for (String instead : new String[] {"", "(", ",", "=", "9999999999", "\u0000"}) {
        try {
          parsed(whole.substring(0, at) + instead + whole.substring(at + 1));
        } catch (RefusedException e) {
          refused++;
          assertThat(e).hasMessageContaining("dump-conntrack");
        }
      }
    }
    assertThat(refused).isPositive();
  }
}
