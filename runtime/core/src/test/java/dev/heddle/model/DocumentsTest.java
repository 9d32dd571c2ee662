package dev.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user may write, and what is said of everything else: where it is wrong and how. */
class DocumentsTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static final String BEYOND_INT =
      "Numeric value (99999999999) out of range of int (-2147483648 - 2147483647)";

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static Document document(String kind, String spec) {
    return Document.of(
        json(
            "{'apiVersion':'heddle.dev/v1','kind':'%s','metadata':{'name':'red'},'spec':%s}"
                .formatted(kind, spec)));
  }

  private static LogicalPort port(String spec) {
    return LogicalPort.KIND.parser().parse(document("LogicalPort", spec), 7);
  }

  private static LogicalSwitch network(String spec) {
    return LogicalSwitch.KIND.parser().parse(document("LogicalSwitch", spec), 7);
  }

  private static RefusedException.Problem problem(Runnable refused) {
    RefusedException e = catchThrowableOfType(RefusedException.class, refused::run);
    assertThat(e).as("a refusal").isNotNull();
    assertThat(e.problems()).hasSize(1);
    return e.problems().get(0);
  }

  @Test
  void theInterfaceOfANodeItselfSaysWhichNodeThatIs() {
    String host = "{'switch':'s','type':'host','mac':'0a:00:00:00:00:11','nodes':%s}";
    assertThat(port(host.formatted("['n1']")).nodes()).containsExactly(Node.KIND.id("n1"));
    for (String nodes : List.of("null", "[]", "['n1','n2']")) {
      assertThat(problem(() -> port(host.formatted(nodes))).path())
          .isEqualTo("LogicalPort/red spec.nodes");
    }
  }

  @Test
  void aPortHasWhatItsSpecSaysAndDefaultsForTheRest() {
    LogicalPort all =
        port(
            "{'switch':'s','type':'vif','mac':'0A:00:00:00:00:11','addresses':['10.0.0.1',"
                + "'FD00::1','fd00:0::1'],'portSecurity':false,'enabled':false}");
    assertThat(all.network()).isEqualTo(LogicalSwitch.KIND.id("s"));
    assertThat(all.mac()).hasToString("0a:00:00:00:00:11");
    assertThat(all.addresses()).as("one address twice").hasToString("[10.0.0.1, fd00::1]");
    assertThat(all.portSecurity()).isFalse();
    assertThat(all.enabled()).isFalse();
    assertThat(all.key()).isEqualTo(7);
    LogicalPort few = port("{'switch':'s','mac':'0a:00:00:00:00:11'}");
    assertThat(few.addresses()).isEmpty();
    assertThat(few.portSecurity()).isTrue();
    assertThat(few.enabled()).isTrue();
    assertThat(network("{}").mtu()).isEqualTo(1400);
    assertThat(network("{'mtu':576,'subnets':['10.0.0.0/24']}").subnets())
        .containsExactly(IpPrefix.parse("10.0.0.0/24"));
    assertThat(network("{'mtu':9000}").mtu()).isEqualTo(9000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'mac':M}                         | spec.switch       | the name of a LogicalSwitch",
        "{'switch':'','mac':M}             | spec.switch       | the name of a LogicalSwitch",
        "{'switch':'s'}                    | spec.mac          | a unicast MAC address",
        "{'switch':'s','mac':null}         | spec.mac          | a unicast MAC address",
        "{'switch':'s','mac':'01:00:00:00:00:01'} | spec.mac   | a unicast MAC address",
        "{'switch':'s','mac':'ff:ff:ff:ff:ff:ff'} | spec.mac   | a unicast MAC address",
        "{'switch':'s','mac':'00:00:00:00:00:00'} | spec.mac   | a unicast MAC address",
        "{'switch':'s','mac':'0a'}         | spec.mac          | 0a is not a MAC address such as",
        "{'switch':'s','mac':M,'addresses':['10.0.0.1','x']} | spec.addresses[1] | x is not an IP",
        "{'switch':'s','mac':M,'type':'router'} | spec.router  | the name of a LogicalRouter",
        "{'switch':'s','mac':M,'router':'r'}   | spec.router   | only a port of type router",
        "{'switch':'s','mac':M,'type':'child','tag':5} | spec.parent | the name of a LogicalPort",
        "{'switch':'s','mac':M,'parent':'p'}   | spec.parent   | only a port of type child has",
        "{'switch':'s','mac':M,'tag':5}        | spec.tag      | only a port of type child or localnet has",
        "{'switch':'s','mac':M,'type':'child','parent':'p'} | spec.tag | a VLAN from 1 to 4094",
        "{'switch':'s','mac':M,'type':'child','parent':'p','tag':0} | spec.tag | a VLAN from 1",
        "{'switch':'s','mac':M,'type':'child','parent':'p','tag':4095} | spec.tag | a VLAN from",
        "{'switch':'s','mac':M,'type':'child','parent':'p','tag':'5'} | spec.tag | a number is",
        "{'switch':'s','mac':M,'type':'tap'}  | spec.type      | tap is none of",
        "{'switch':'s','mac':M,'colour':1}    | spec.colour    | no such field; known are",
        "{'switch':'s','mac':M,'networkName':'s'} | spec.networkName | no such field; known are",
        "{'switch':'s','mac':M,'addresses':[null]} | spec.addresses[0] | a value is expected",
      })
  void aPortThatIsNotAsItShouldBeIsRefusedWhereItIsWrong(String spec, String path, String start) {
    RefusedException.Problem p = problem(() -> port(spec.replace("M", "'0a:00:00:00:00:11'")));
    assertThat(p.path()).isEqualTo("LogicalPort/red " + path);
    assertThat(p.sentence().replace("'", "")).startsWith(start);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'subnets':['10.0.0.1/24']}      | spec.subnets[0]  | 10.0.0.1/24 has bits set below",
        "{'subnets':['fd00::/64','10']}   | spec.subnets[1]  | 10 is not a prefix such as",
        "{'subnets':['10.0.0.0/8','10.1.0.0/16']} | spec.subnets | 10.1.0.0/16 is within 10.0",
        "{'subnets':['fd00::/64','fd00::/64']} | spec.subnets | fd00::/64 is within fd00::/64",
        "{'subnets':[null]}               | spec.subnets[0]  | a value is expected",
        "{'mtu':575}                      | spec.mtu         | 576 to 9000 bytes, not 575",
        "{'mtu':9001}                     | spec.mtu         | 576 to 9000 bytes, not 9001",
        "{'colour':1}                     | spec.colour      | no such field; known are",
      })
  void aSwitchThatIsNotAsItShouldBeIsRefusedWhereItIsWrong(String spec, String path, String start) {
    RefusedException.Problem p = problem(() -> network(spec));
    assertThat(p.path()).isEqualTo("LogicalSwitch/red " + path);
    assertThat(p.sentence().replace("'", "")).startsWith(start);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "LogicalPort   | switch       | 5 | a text is expected",
        "LogicalPort   | switch       | ['s'] | a text is expected",
        "LogicalPort   | type         | 0 | '0' is none of [vif, host, router, child, localnet]",
        "LogicalPort   | type         | true | a text is expected",
        "LogicalPort   | mac          | 5 | a text is expected",
        "LogicalPort   | mac          | {'value':5} | a text is expected",
        "LogicalPort   | mac          | ['0a:00:00:00:00:11'] | a text is expected",
        "LogicalPort   | addresses    | '10.0.0.1' | a list is expected",
        "LogicalPort   | addresses    | {} | a list is expected",
        "LogicalPort   | addresses[0] | [5] | a text is expected",
        "LogicalPort   | addresses[0] | [{'isV6':false,'bits':{'high':0,'low':5}}] | a text is expected",
        "LogicalPort   | portSecurity | 'true' | true or false is expected",
        "LogicalPort   | portSecurity | 1 | true or false is expected",
        "LogicalPort   | enabled      | 'yes' | true or false is expected",
        "LogicalPort   | enabled      | {} | true or false is expected",
        "LogicalSwitch | mtu          | '1400' | a number is expected",
        "LogicalSwitch | mtu          | 1400.5 | a number is expected",
        "LogicalSwitch | mtu          | 1400.0 | a number is expected",
        "LogicalSwitch | mtu          | true | a number is expected",
        "LogicalSwitch | mtu          | 99999999999 | " + BEYOND_INT,
        "LogicalSwitch | subnets      | '10.0.0.0/24' | a list is expected",
        "LogicalSwitch | subnets[0]   | [5] | a text is expected",
        "LogicalSwitch | subnets[0]   | [{'address':'10.0.0.0','length':24}] | a text is expected",
      })
  void aValueOfAnotherTypeIsRefusedAtItsField(
      String kind, String path, String value, String sentence) {
    String field = path.replace("[0]", "");
    String spec = "{'switch':'s','mac':'0a:00:00:00:00:11','%s':%s}".formatted(field, value);
    RefusedException.Problem p =
        problem(
            () -> {
              if (kind.equals("LogicalPort")) {
                port(spec);
              } else {
                network("{'%s':%s}".formatted(field, value));
              }
            });
    assertThat(p.path()).isEqualTo(kind + "/red spec." + path);
    assertThat(p.sentence()).isEqualTo(sentence);
  }

  @Test
  void aPortHasAtMost64Addresses() {
    assertThat(port(addresses(64)).addresses()).hasSize(64);
    RefusedException.Problem p = problem(() -> port(addresses(65)));
    assertThat(p).hasToString("LogicalPort/red spec.addresses: at most 64 addresses are expected");
  }

  private static String addresses(int n) {
    return "{'switch':'s','mac':'0a:00:00:00:00:11','addresses':"
        + IntStream.range(0, n)
            .mapToObj(i -> "'10.0.0." + i + "'")
            .collect(Collectors.joining(",", "[", "]}"));
  }

  static Stream<String[]> envelopes() {
    String meta = "'metadata':{'name':'red'}";
    String head = "'apiVersion':'heddle.dev/v1','kind':'LogicalSwitch'";
    String many =
        IntStream.range(0, 65).mapToObj(i -> "'l" + i + "':''").collect(Collectors.joining(","));
    String badLabel = "LogicalSwitch/red metadata.labels: '%s' is not a label as Kubernetes";
    return Stream.of(
        new String[] {"[]", "document: an object with apiVersion, kind, metadata and spec"},
        new String[] {"{" + meta + "}", "document kind: a text is expected"},
        new String[] {"{'kind':5," + meta + "}", "document kind: a text is expected"},
        new String[] {"{'kind':'K\\u0007y'," + meta + "}", "document kind: 'K?y' is not a kind"},
        new String[] {
          "{'kind':'LogicalSwitch'," + meta + "}", "LogicalSwitch apiVersion: a text is expected"
        },
        new String[] {
          "{'apiVersion':'v1','kind':'LogicalSwitch'," + meta + "}",
          "LogicalSwitch apiVersion: 'v1' is not heddle.dev/v1"
        },
        new String[] {"{" + head + "}", "LogicalSwitch metadata name: a text is expected"},
        new String[] {
          "{" + head + ",'metadata':[]}", "LogicalSwitch metadata name: a text is expected"
        },
        new String[] {
          "{" + head + ",'metadata':{'name':''}}", "LogicalSwitch metadata name: a text"
        },
        new String[] {
          "{" + head + ",'metadata':{'name':'a/b'}}",
          "LogicalSwitch metadata.name: 'a/b' is not a name: letters, digits"
        },
        new String[] {
          "{" + head + ",'metadata':{'name':'" + "a".repeat(254) + "'}}",
          "LogicalSwitch metadata.name: '" + "a".repeat(80) + "...' is not a name"
        },
        new String[] {"{" + head + "," + meta + ",'data':1}", "LogicalSwitch data: no such field"},
        new String[] {
          "{" + head + ",'metadata':{'name':'red','uid':1}}",
          "LogicalSwitch/red metadata uid: no such field; known are name, labels"
        },
        new String[] {"{" + head + "," + meta + ",'spec':[]}", "LogicalSwitch/red spec: an object"},
        new String[] {labels(head, "'a':5"), badLabel.formatted("a")},
        new String[] {labels(head, "'a b':''"), badLabel.formatted("a b")},
        new String[] {labels(head, "'a':'-'"), badLabel.formatted("a")},
        new String[] {
          labels(head, "'" + "a".repeat(64) + "':''"), badLabel.formatted("a".repeat(64))
        },
        new String[] {
          labels(head, many), "LogicalSwitch/red metadata.labels: at most 64 pairs of name and text"
        },
        new String[] {
          "{" + head + ",'metadata':{'name':'red','labels':[]}}",
          "LogicalSwitch/red metadata.labels: at most 64 pairs"
        });
  }

  private static String labels(String head, String labels) {
    return "{" + head + ",'metadata':{'name':'red','labels':{" + labels + "}}}";
  }

  @ParameterizedTest
  @MethodSource("envelopes")
  void anEnvelopeThatIsNotAsItShouldBeIsRefusedWhereItIsWrong(String text, String start) {
    assertThat(problem(() -> Document.of(json(text))).toString()).startsWith(start);
  }

  @Test
  void aDocumentIsWhatItsTreeSays() {
    Document d =
        Document.of(
            json(
                "{'apiVersion':'heddle.dev/v1','kind':'LogicalSwitch','metadata':{'name':'red',"
                    + "'labels':{'b':'2','example.com/a':''}},'spec':{'mtu':1400},'status':{}}"));
    ObjectNode tree = d.tree();
    assertThat(Document.of(tree)).isEqualTo(d);
    assertThat(tree.toString())
        .isEqualTo(
            "{\"apiVersion\":\"heddle.dev/v1\",\"kind\":\"LogicalSwitch\",\"metadata\":"
                + "{\"name\":\"red\",\"labels\":{\"b\":\"2\",\"example.com/a\":\"\"}},"
                + "\"spec\":{\"mtu\":1400}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "1.5", "true", "[]", "{}", "['0a:00:00:00:00:11']", "{'mac':1}"})
  void whereATextIsMeantTheWordIsText(String value) {
    String port =
        "{'apiVersion':'heddle.dev/v1','kind':'LogicalPort','metadata':{'name':'a'},'spec':{"
            + "'switch':'s','mac':%s,'addresses':%s}}";
    String mac = "'0a:00:00:00:00:11'";
    assertThat(problem(() -> LogicalPort.KIND.parser().parse(doc(port, value, "[]"), 1)))
        .hasToString("LogicalPort/a spec.mac: a text is expected");
    assertThat(problem(() -> LogicalPort.KIND.parser().parse(doc(port, mac, "[" + value + "]"), 1)))
        .hasToString("LogicalPort/a spec.addresses[0]: a text is expected");
    if (!value.startsWith("[")) {
      assertThat(problem(() -> LogicalPort.KIND.parser().parse(doc(port, mac, value), 1)))
          .hasToString("LogicalPort/a spec.addresses: a list is expected");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "' '", "'\\u0000'", "'5'", "'true'"})
  void aTextIsNoNumberNoTruthAndNoWord(String value) {
    for (String field : java.util.List.of("portSecurity", "enabled", "tag", "type")) {
      String port =
          "{'apiVersion':'heddle.dev/v1','kind':'LogicalPort','metadata':{'name':'a'},'spec':{"
              + "'switch':'s','mac':'0a:00:00:00:00:11','%s':%s}}";
      assertThat(
              problem(() -> LogicalPort.KIND.parser().parse(doc(port, field, value), 1)).toString())
          .startsWith("LogicalPort/a spec." + field + ": ");
    }
  }

  private static Document doc(String text, String mac, String addresses) {
    return Document.of(json(text.formatted(mac, addresses)));
  }

  @Test
  void severalProblemsAreToldTogether() {
    RefusedException e =
        new RefusedException(
            java.util.List.of(
                new RefusedException.Problem("a", "is wrong"),
                new RefusedException.Problem("b", "is missing")));
    assertThat(e).hasMessage("a: is wrong; b: is missing");
    assertThatThrownBy(() -> e.problems().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
