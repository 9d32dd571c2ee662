package dev.heddle.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The ovsdb-server of one node, on one connection to its manager (RFC 7047 section 4.1). */
final class DatabaseSide extends SimpleChannelInboundHandler<ByteBuf> {

  private static final JsonMapper JSON = new JsonMapper();

  private final FleetNode node;
  private final Rows rows;
  private final Map<String, Set<String>> watched = new HashMap<>();
  private ChannelHandlerContext context;
  private JsonNode monitor = NullNode.instance;

  DatabaseSide(FleetNode node, Rows rows) {
    this.node = node;
    this.rows = rows;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) throws IOException {
    node.databaseBytes().add(frame.readableBytes());
    JsonNode message;
    try (InputStream bytes = new ByteBufInputStream(frame)) {
      message = JSON.readTree(bytes);
    }
    String method = message.path("method").asText();
    JsonNode params = message.path("params");
    switch (method) {
      case "echo" -> reply(message, params);
      case "list_dbs" -> reply(message, JSON.createArrayNode().add("Open_vSwitch"));
      case "get_schema" -> reply(message, Schema.json());
      case "monitor_cond" -> {
        monitor = params.get(1);
        params
            .get(2)
            .properties()
            .forEach(
                t -> {
                  Set<String> columns = new HashSet<>();
                  t.getValue().get(0).path("columns").forEach(c -> columns.add(c.asText()));
                  watched.put(t.getKey(), columns);
                });
        reply(message, rows.all(watched));
      }
      case "transact" -> {
        JsonNode results = rows.transact(params);
        node.databaseChanged(); // ovs-vswitchd is quicker than the way back
        tellChanges();
        reply(message, results);
      }
      default -> {} // an answer to an echo of ours, or nothing we know
    }
  }

  /** What has changed goes out to the one who watches. */
  void tellChanges() {
    rows.changes(watched)
        .ifPresent(
            changes -> {
              ObjectNode out = JsonNodeFactory.instance.objectNode().put("method", "update2");
              out.putArray("params").add(monitor).add(changes);
              out.putNull("id");
              write(out);
            });
  }

  private void reply(JsonNode request, JsonNode result) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.set("id", request.path("id"));
    out.set("result", result);
    out.putNull("error");
    write(out);
  }

  private void write(ObjectNode message) {
    try {
      context.writeAndFlush(Unpooled.wrappedBuffer(JSON.writeValueAsBytes(message)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    node.failed(cause);
    ctx.close();
  }
}
