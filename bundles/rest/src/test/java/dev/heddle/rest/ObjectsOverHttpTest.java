package dev.heddle.rest;

import static dev.heddle.rest.Northbound.condition;
import static dev.heddle.rest.Northbound.json;
import static dev.heddle.rest.Northbound.port;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects by kind and name: each verb, its conditions, its errors. */
class ObjectsOverHttpTest {

  private Northbound north;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    north = new Northbound(directory, Limits.USUAL);
  }

  @AfterEach
  void stop() {
    north.close();
  }

  @Test
  void anObjectIsCreatedReadConfiguredAndDeleted() throws Exception {
    HttpResponse<String> created = north.send("PUT", "logicalswitches/red", Northbound.SWITCH);
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(json(created).at("/steps/0/effect").asText()).isEqualTo("created");

    HttpResponse<String> read = north.get("LogicalSwitch/red");
    assertThat(read.statusCode()).isEqualTo(200);
    assertThat(json(read).at("/spec/subnets/0").asText()).isEqualTo("10.0.0.0/24");
    assertThat(json(read).at("/status/key").asInt()).isPositive();
    assertThat(read.headers().firstValue("ETag")).isEqualTo(created.headers().firstValue("ETag"));

    assertThat(north.send("PUT", "switch/red", Northbound.SWITCH).body()).contains("unchanged");
    String wide = Northbound.SWITCH.replace("/24", "/16");
    assertThat(json(north.send("PUT", "switches/red", wide)).at("/steps/0/effect").asText())
        .isEqualTo("configured");

    assertThat(json(north.send("DELETE", "switch/red", "")).at("/steps/0/effect").asText())
        .isEqualTo("deleted");
    assertThat(north.get("switch/red").statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsReadCanBePutBack() throws Exception {
    north.redA();
    String read = north.get("port/red-a").body();
    assertThat(json(north.send("PUT", "port/red-a", read)).at("/steps/0/effect").asText())
        .isEqualTo("unchanged");
  }

  @Test
  void aKindAnswersToAllItsNamesAndTheUnknownOneIsTold() throws Exception {
    north.redA();
    for (String name : List.of("LogicalPort", "logicalports", "ports", "PORT")) {
      assertThat(json(north.get(name)).at("/items/0/metadata/name").asText()).isEqualTo("red-a");
    }
    HttpResponse<String> unknown = north.get("prots");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(json(unknown).path("error").asText()).contains("prots").contains("logicalports");
  }

  @Test
  void aPatchMergesAndNullRemoves() throws Exception {
    north.redA();
    String patch = "{'metadata':{'labels':{'app':'web'}},'spec':{'addresses':null}}";
    assertThat(north.send("PATCH", "port/red-a", patch).statusCode()).isEqualTo(200);
    JsonNode port = json(north.get("port/red-a"));
    assertThat(port.at("/metadata/labels/app").asText()).isEqualTo("web");
    assertThat(port.at("/spec").has("addresses")).isFalse();
    assertThat(port.at("/spec/mac").asText()).isEqualTo("0a:00:00:00:00:11");
    assertThat(north.send("PATCH", "port/none", patch).statusCode()).isEqualTo(404);
    assertThat(north.send("PATCH", "port/red-a", "{'metadata':{'name':'b'}}").statusCode())
        .isEqualTo(422);
    assertThat(north.send("PATCH", "port/red-a", "7").statusCode()).isEqualTo(422);
  }

  @Test
  void aChangeForAnotherRevisionIsNotMade() throws Exception {
    north.redA();
    String first = north.get("port/red-a").headers().firstValue("ETag").orElseThrow();
    String second =
        north
            .send("PUT", "port/red-a", port("red-a", "12"), "If-Match", first)
            .headers()
            .firstValue("ETag")
            .orElseThrow();
    assertThat(second).isNotEqualTo(first);

    for (String method : List.of("PUT", "PATCH", "DELETE")) {
      HttpResponse<String> stale =
          north.send(method, "port/red-a", port("red-a", "13"), "If-Match", first);
      assertThat(stale.statusCode()).as(method).isEqualTo(412);
    }
    assertThat(json(north.get("port/red-a")).at("/spec/mac").asText()).endsWith(":12");
    assertThat(north.send("DELETE", "port/red-a", "", "If-Match", second).statusCode())
        .isEqualTo(200);
    assertThat(north.send("PUT", "port/red-a", port("red-a", "13"), "If-Match", "*").statusCode())
        .isEqualTo(412);
  }

  @Test
  void anObjectThatMustBeNewReplacesNothing() throws Exception {
    north.redA();
    HttpResponse<String> second =
        north.send("PUT", "port/red-a", port("red-a", "12"), "If-None-Match", "*");
    assertThat(second.statusCode()).isEqualTo(412);
    assertThat(json(north.get("port/red-a")).at("/spec/mac").asText()).endsWith(":11");
    assertThat(
            north.send("PUT", "port/red-b", port("red-b", "12"), "If-None-Match", "*").statusCode())
        .isEqualTo(201);
  }

  @Test
  void ofManyWritersWithOneRevisionExactlyOneWins() throws Exception {
    north.redA();
    String tag = north.get("port/red-a").headers().firstValue("ETag").orElseThrow();
    List<CompletableFuture<HttpResponse<String>>> writers = new ArrayList<>();
    for (int i = 20; i < 36; i++) {
      writers.add(
          north
              .client()
              .sendAsync(
                  north
                      .request("port/red-a")
                      .header("Content-Type", "application/json")
                      .header("If-Match", tag)
                      .PUT(
                          java.net.http.HttpRequest.BodyPublishers.ofString(
                              port("red-a", String.valueOf(i)).replace('\'', '"')))
                      .build(),
                  HttpResponse.BodyHandlers.ofString()));
    }
    List<Integer> codes = writers.stream().map(w -> w.join().statusCode()).sorted().toList();
    assertThat(codes.get(0)).isEqualTo(200);
    assertThat(codes.subList(1, 16)).containsOnly(412);
  }

  @Test
  void patchesOfManyWritersAreAllThere() throws Exception {
    north.redA();
    List<CompletableFuture<HttpResponse<String>>> writers =
        IntStream.range(0, 6)
            .mapToObj(
                i -> {
                  try {
                    return north
                        .client()
                        .sendAsync(
                            north
                                .request("port/red-a")
                                .header("Content-Type", "application/merge-patch+json")
                                .method(
                                    "PATCH",
                                    java.net.http.HttpRequest.BodyPublishers.ofString(
                                        "{\"metadata\":{\"labels\":{\"l" + i + "\":\"x\"}}}"))
                                .build(),
                            HttpResponse.BodyHandlers.ofString());
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                })
            .toList();
    writers.forEach(w -> assertThat(w.join().statusCode()).isEqualTo(200));
    assertThat(json(north.get("port/red-a")).at("/metadata/labels")).hasSize(6);
  }

  @Test
  void aBrokenAddressIsRefusedWithItsFieldAndASentence() throws Exception {
    HttpResponse<String> refused =
        north.send("PUT", "port/p", port("p", "11").replace("'10.0.0.11'", "'10.0.0.300'"));
    assertThat(refused.statusCode()).isEqualTo(422);
    JsonNode problem = json(refused).at("/problems/0");
    assertThat(problem.path("path").asText()).isEqualTo("LogicalPort/p spec.addresses[0]");
    assertThat(problem.path("sentence").asText()).contains("10.0.0.300").contains("not an IP");
    assertThat(north.get("port/p").statusCode()).isEqualTo(404);
  }

  @Test
  void aNumberIsNotCutToFit() throws Exception {
    for (String mtu : List.of("1400.7", "1e999", "'1400'", "99999999999999999999", "null")) {
      String body = Northbound.SWITCH.replace("'subnets'", "'mtu':" + mtu + ",'subnets'");
      assertThat(north.send("PUT", "switch/red", body).statusCode())
          .as(mtu)
          .isEqualTo(mtu.equals("null") ? 201 : 422);
    }
  }

  @Test
  void aPathAndADocumentThatDisagreeAreRefused() throws Exception {
    assertThat(north.send("PUT", "port/other", port("red-a", "11")).statusCode()).isEqualTo(422);
    assertThat(north.send("PUT", "switch/red-a", port("red-a", "11")).statusCode()).isEqualTo(422);
  }

  @Test
  void objectsOfTheSystemAreReadButNotWritten() throws Exception {
    north.redA();
    north.plug("red-a", "n1");
    assertThat(json(north.get("nodes")).at("/items/0/spec/ovsVersion").asText()).isEqualTo("3.1.0");
    HttpResponse<String> refused =
        north.send(
            "PUT",
            "node/n1",
            "{'apiVersion':'heddle.dev/v1','kind':'Node','metadata':{'name':'n1'},'spec':{}}");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("by the system only");
    assertThat(north.send("DELETE", "node/n1", "").statusCode()).isEqualTo(422);
  }

  @Test
  void anObjectShowsWhatIsTrueOfItAndWhatWaits() throws Exception {
    north.redA();
    JsonNode port = json(north.get("port/red-a"));
    assertThat(condition(port, "Resolved")).startsWith("True");
    assertThat(condition(port, "Realized"))
        .isEqualTo("False No node has an interface with iface-id=red-a.");
    north.plug("red-a", "n1");
    assertThat(json(north.get("port/red-a")).at("/status/nodes/0").asText()).isEqualTo("n1");
  }

  @Test
  void peopleGetTables() throws Exception {
    north.redA();
    north.plug("red-a", "n1");
    north.nodes.confirm("n1", 1000);
    assertThat(north.text("ports").body())
        .isEqualTo(
            """
            NAME    SWITCH   MAC                 ADDRESSES   NODE   REALIZED
            red-a   red      0a:00:00:00:00:11   10.0.0.11   n1     yes
            """);
    assertThat(north.text("switches").body())
        .isEqualTo(
            """
            NAME   KEY   SUBNETS       PORTS   REALIZED
            red    1     10.0.0.0/24   1       yes
            """);
    assertThat(north.text("nodes").body())
        .isEqualTo(
            """
            NAME   ADDRESS   OVS     CONNECTED   FLOWS   INSTALLED   REALIZED
            n1     -         3.1.0   yes         7       1000        yes
            """);
    assertThat(north.text("port/red-a?view=describe").body())
        .contains("LogicalPort red-a")
        .contains("switch: \"red\"")
        .contains("Realized");
  }

  @Test
  void aLongListIsReadInParts() throws Exception {
    north.redA();
    for (int i = 12; i < 17; i++) {
      north.send("PUT", "port/red-" + i, port("red-" + i, String.valueOf(i)));
    }
    List<String> names = new ArrayList<>();
    String behind = "";
    for (int parts = 0; parts < 10; parts++) {
      JsonNode part = json(north.get("ports?limit=2" + behind));
      part.path("items").forEach(o -> names.add(o.at("/metadata/name").asText()));
      assertThat(part.path("items").size()).isLessThanOrEqualTo(2);
      if (!part.has("continue")) {
        break;
      }
      behind = "&continue=" + part.path("continue").asText();
    }
    assertThat(names).containsExactly("red-12", "red-13", "red-14", "red-15", "red-16", "red-a");
    assertThat(json(north.get("ports")).has("continue")).isFalse();
    for (String wrong : List.of("0", "-1", "x", "", "1000000")) {
      assertThat(north.get("ports?limit=" + wrong).statusCode()).as(wrong).isEqualTo(400);
    }
  }

  @Test
  void programsMayHaveYaml() throws Exception {
    north.redA();
    HttpResponse<String> yaml =
        north.send(north.request("port/red-a").header("Accept", "application/yaml"));
    assertThat(yaml.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/yaml");
    assertThat(json(north.yaml(yaml.body())).at("/steps/0/effect").asText()).isEqualTo("unchanged");
  }

  @Test
  void wrongPathsMethodsTypesAndParametersAreNamed() throws Exception {
    assertThat(north.get("a/b/c").statusCode()).isEqualTo(404);
    HttpResponse<String> method = north.send("POST", "ports", "{}");
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.headers().firstValue("Allow")).contains("GET");
    assertThat(north.get("transactions").statusCode()).isEqualTo(405);
    HttpResponse<String> form =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("a=b")));
    assertThat(form.statusCode()).isEqualTo(415);
    assertThat(north.get("ports?wacht=true").statusCode()).isEqualTo(400);
    assertThat(north.get("ports?watch=maybe").statusCode()).isEqualTo(400);
    assertThat(north.get("ports?watch=true&revision=x").statusCode()).isEqualTo(400);
  }
}
