package dev.heddle.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.openflow.RealOvs.Datapath;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RealOvsTest {

  @Test
  void portsFlowsAndTracesWorkOnTheDummyDatapath() {
    try (RealOvs ovs = RealOvs.start(Datapath.DUMMY)) {
      ovs.vsctl("add-br", "br-int", "--", "set", "bridge", "br-int", "fail_mode=secure");
      int port = ovs.addPort("br-int", "p1", "web-0");
      assertThat(port).isPositive();
      ovs.ofctl("add-flow", "br-int", "table=3,in_port=" + port + ",actions=drop");
      assertThat(ovs.ofctl("dump-flows", "br-int")).contains("table=3").contains("actions=drop");
      assertThat(ovs.appctl("ofproto/trace", "br-int", "in_port=1,icmp")).contains("Datapath");
      assertThat(Files.exists(ovs.openflowSocket("br-int"))).isTrue();
      assertThat(ovs.get("Open_vSwitch", ".", "ovs_version")).matches("\\d+\\.\\d+\\.\\d+");
    }
  }

  @Test
  void configurationSurvivesARestartOfBothDaemons() {
    try (RealOvs ovs = RealOvs.start(Datapath.DUMMY)) {
      ovs.vsctl("add-br", "br-int");
      ovs.stopSwitch();
      ovs.stopDatabase();
      ovs.startDatabase();
      ovs.startSwitch();
      assertThat(ovs.vsctl("list-br").strip()).isEqualTo("br-int");
    }
  }

  @Test
  void aFailingCommandSaysWhatItWasAndWhy() {
    try (RealOvs ovs = RealOvs.start(Datapath.DUMMY)) {
      assertThatThrownBy(() -> ovs.vsctl("del-br", "nowhere"))
          .hasMessageContaining("del-br nowhere")
          .hasMessageContaining("no bridge named nowhere");
    }
  }

  @Test
  void nothingIsLeftAfterClose() {
    RealOvs ovs = RealOvs.start(Datapath.DUMMY_SYSTEM);
    Path dir = ovs.dir();
    ovs.close();
    assertThat(Files.exists(dir)).isFalse();
  }
}
