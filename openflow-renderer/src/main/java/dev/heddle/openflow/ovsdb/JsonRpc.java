package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbException.Disconnected;
import dev.heddle.openflow.ovsdb.OvsdbException.Overloaded;
import dev.heddle.openflow.ovsdb.OvsdbException.Refused;
import dev.heddle.openflow.ovsdb.OvsdbException.TimedOut;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * JSON-RPC 1.0 as RFC 7047 section 4 uses it, on one channel: requests of ours with a bound on
 * their number and time, echo in both directions, and notifications handed on in the order they
 * arrived. Every future ends: with the result, or with one of {@link OvsdbException}.
 */
final class JsonRpc extends SimpleChannelInboundHandler<ByteBuf> {

  private record Pending(String method, CompletableFuture<JsonNode> answer, Future<?> timeout) {}

  private final Limits limits;
  private final JsonMapper mapper;
  private final BiConsumer<String, JsonNode> onNotification;
  private final Runnable onActive;
  private final Map<Long, Pending> pending = new HashMap<>();
  private final AtomicInteger outstanding = new AtomicInteger();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private ChannelHandlerContext context;
  private Optional<String> reason = Optional.empty();
  private volatile String fault = "";
  private long lastId;

  JsonRpc(Limits limits, BiConsumer<String, JsonNode> onNotification, Runnable onActive) {
    this.limits = limits;
    this.onNotification = onNotification;
    this.onActive = onActive;
    // Names of rows are keys of JSON objects: interning them would fill the JVM's string table.
    JsonFactory factory =
        JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.maxDepth())
                    .maxStringLength(limits.maxMessageBytes())
                    .maxNumberLength(40)
                    .build())
            .build();
    mapper =
        JsonMapper.builder(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  }

  /** Completes with a sentence once the channel is closed and all requests have failed. */
  CompletableFuture<String> closed() {
    return closed;
  }

  /** May be called from any thread; the answer arrives on the event loop. */
  CompletableFuture<JsonNode> call(String method, JsonNode params) {
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    if (outstanding.incrementAndGet() > limits.maxOutstanding()) {
      outstanding.decrementAndGet();
      return CompletableFuture.failedFuture(new Overloaded(limits.maxOutstanding()));
    }
    if (context.executor().inEventLoop()) {
      send(method, params, answer);
    } else {
      context.executor().execute(() -> send(method, params, answer));
    }
    return answer;
  }

  /** Closes with a sentence that {@link #closed} will carry; the first sentence counts. */
  void fail(String why) {
    if (context.executor().inEventLoop()) {
      if (reason.isEmpty()) {
        reason = Optional.of(why);
        context.close();
      }
    } else {
      context.executor().execute(() -> fail(why));
    }
  }

  /** As {@link #fail}, for what the peer has done. */
  void refuse(String why) {
    if (fault.isEmpty()) {
      fault = why;
    }
    fail(why);
  }

  /** What the peer has done, if that ended the connection. */
  Optional<String> fault() {
    return Optional.of(fault).filter(f -> !f.isEmpty());
  }

  private void send(String method, JsonNode params, CompletableFuture<JsonNode> answer) {
    if (reason.isPresent() || !context.channel().isActive()) {
      outstanding.decrementAndGet();
      answer.completeExceptionally(new Disconnected(reason.orElse("the connection is closed")));
      return;
    }
    long id = ++lastId;
    long millis = limits.requestTimeout().toMillis();
    Future<?> timeout =
        context
            .executor()
            .schedule(
                () -> finish(id, a -> a.completeExceptionally(new TimedOut(method, millis))),
                millis,
                TimeUnit.MILLISECONDS);
    pending.put(id, new Pending(method, answer, timeout));
    write(message().put("id", id).put("method", method).<ObjectNode>set("params", params));
  }

  private void finish(long id, java.util.function.Consumer<CompletableFuture<JsonNode>> how) {
    Pending request = pending.remove(id);
    if (request != null) { // else the answer to a request that has timed out
      request.timeout().cancel(false);
      outstanding.decrementAndGet();
      how.accept(request.answer());
    }
  }

  private static ObjectNode message() {
    return JsonNodeFactory.instance.objectNode();
  }

  private void write(ObjectNode message) {
    try {
      context.writeAndFlush(Unpooled.wrappedBuffer(mapper.writeValueAsBytes(message)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message of ours cannot be written", e);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    onActive.run();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext from, ByteBuf frame) throws IOException {
    if (reason.isPresent()) {
      return;
    }
    JsonNode message;
    try (InputStream bytes = new ByteBufInputStream(frame)) {
      message = mapper.readTree(bytes);
    } catch (JsonProcessingException e) {
      // Not the parser's own message: it quotes the input.
      throw new BadMessage("a message is not JSON");
    }
    if (!message.path("method").isTextual()) {
      answered(message);
    } else if (!message.hasNonNull("id")) {
      onNotification.accept(message.get("method").textValue(), message.path("params"));
    } else {
      asked(message);
    }
  }

  private void answered(JsonNode message) {
    if (!message.path("id").canConvertToLong() || !message.path("id").isIntegralNumber()) {
      throw new BadMessage("a message is neither a request of RFC 7047 nor an answer to ours");
    }
    long id = message.get("id").longValue();
    Pending request = pending.get(id);
    if (request != null && message.hasNonNull("error")) {
      String error = Shown.text(message.get("error"));
      finish(id, a -> a.completeExceptionally(new Refused(request.method(), error)));
    } else {
      finish(id, a -> a.complete(message.path("result")));
    }
  }

  private void asked(JsonNode message) {
    ObjectNode answer = message();
    answer.set("id", message.get("id"));
    if (message.get("method").textValue().equals("echo")) {
      answer.set("result", message.path("params"));
      answer.set("error", NullNode.instance);
    } else {
      answer.set("result", NullNode.instance);
      answer.put("error", "unknown method");
    }
    write(answer);
  }

  /** A peer that does not read what we write is not read from: its echoes must not pile up here. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    changed.channel().config().setAutoRead(changed.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext idle, Object event) throws Exception {
    if (event instanceof IdleStateEvent silence) {
      if (silence.isFirst()) {
        call("echo", JsonNodeFactory.instance.arrayNode());
      } else {
        refuse("no whole message for " + limits.inactivityProbe().multipliedBy(2));
      }
    } else {
      super.userEventTriggered(idle, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext where, Throwable cause) {
    Throwable root =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    String why = Shown.text(String.valueOf(root.getMessage()));
    if (root instanceof BadMessage) {
      refuse(why);
    } else {
      fail(why);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    String why = reason.orElse("the peer closed the connection");
    reason = Optional.of(why);
    List.copyOf(pending.keySet())
        .forEach(id -> finish(id, a -> a.completeExceptionally(new Disconnected(why))));
    closed.complete(why);
  }
}
