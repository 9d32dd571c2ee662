package dev.heddle.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One client, one request at a time: its token is looked at before its body is taken, its body is
 * counted while it comes, and each step has its time. Confined to the channel's event loop.
 */
final class Connection extends SimpleChannelInboundHandler<HttpObject> {

  private enum Phase {
    /** Nothing asked yet. */
    IDLE,
    /** The body comes. */
    RECEIVING,
    /** A worker has the request. */
    HANDLING,
    /** Events go out; nothing may come in. */
    STREAMING,
    /** Answered for the last time; what still comes is thrown away. */
    CLOSING
  }

  /** Where whole requests go. */
  interface Door {
    boolean admits(HttpRequest request, SocketAddress from);

    /** Takes {@code bytes} more of all bodies' share; false if there is none left. */
    boolean take(long bytes);

    void giveBack(long bytes);

    /** Hands over; the connection's {@link #reply} is called from any thread. */
    void handle(String method, String uri, HttpHeaders headers, byte[] body, Connection connection);
  }

  private final Limits limits;
  private final Door door;
  private ChannelHandlerContext context;
  private Phase phase = Phase.IDLE;
  private HttpRequest head;
  private ByteArrayOutputStream body;
  private long taken;
  private boolean last;
  private Future<?> deadline;
  private EventStream events;

  Connection(Limits limits, Door door) {
    this.limits = limits;
    this.door = door;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    closeIn(limits.idleTime());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.cancel(false);
    settle();
    phase = Phase.CLOSING;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (phase == Phase.CLOSING) {
      return;
    }
    if (phase == Phase.STREAMING) {
      ctx.close();
      return;
    }
    if (phase == Phase.HANDLING) {
      last = true; // a second request before the first is answered: it is not read
      return;
    }
    if (message.decoderResult().isFailure()) {
      refuse(malformed(message.decoderResult().cause()));
      return;
    }
    if (message instanceof HttpRequest request) {
      begin(request);
    }
    if (message instanceof HttpContent content && phase == Phase.RECEIVING) {
      receive(content.content());
      if (content instanceof LastHttpContent && phase == Phase.RECEIVING) {
        hand();
      }
    }
  }

  private static Refusal malformed(Throwable cause) {
    return cause instanceof TooLongFrameException
        ? new Refusal(431, "The request line or the headers are too long.")
        : new Refusal(400, "This is not HTTP as it should be.");
  }

  private void begin(HttpRequest request) {
    head = request;
    body = new ByteArrayOutputStream();
    last = !HttpUtil.isKeepAlive(request);
    phase = Phase.RECEIVING;
    if (!door.admits(request, context.channel().remoteAddress())) {
      refuse(new Refusal(401, "A token is needed: Authorization: Bearer TOKEN."));
    } else if (HttpUtil.getContentLength(request, 0L) > limits.bodyBytes()) {
      refuse(tooLarge());
    } else {
      deadline.cancel(false);
      deadline = in(limits.requestTime(), this::late);
      if (HttpUtil.is100ContinueExpected(request)) {
        context.writeAndFlush(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
      }
    }
  }

  private Refusal tooLarge() {
    return new Refusal(413, "A body has at most " + limits.bodyBytes() + " bytes.");
  }

  private void late() {
    refuse(
        new Refusal(
            408,
            "The request was not complete within " + limits.requestTime().toSeconds() + " s."));
  }

  private void receive(ByteBuf part) {
    int size = part.readableBytes();
    if (body.size() + (long) size > limits.bodyBytes()) {
      refuse(tooLarge());
      return;
    }
    if (!door.take(size)) {
      refuse(new Refusal(503, "Too many large requests at a time."));
      return;
    }
    taken += size;
    try {
      part.readBytes(body, size);
    } catch (IOException e) {
      throw new IllegalStateException("an array cannot be written", e);
    }
  }

  private void hand() {
    phase = Phase.HANDLING;
    deadline.cancel(false);
    context.channel().config().setAutoRead(false);
    byte[] whole = body.toByteArray();
    body = null;
    door.handle(head.method().name(), head.uri(), head.headers(), whole, this);
  }

  /** Answers without reading on: what follows cannot be told from a next request. */
  private void refuse(Refusal refusal) {
    last = true;
    Media media = head == null ? Media.JSON : Media.accepted(head.headers().get("Accept", ""));
    answer(Reply.of(refusal, media));
  }

  /** Address and port of the client. */
  String peer() {
    return Doorway.named(context.channel().remoteAddress());
  }

  /** Answers the request; called from any thread. */
  void reply(Reply reply) {
    context
        .channel()
        .eventLoop()
        .execute(
            () -> {
              if (phase != Phase.HANDLING) {
                return; // the client is gone
              }
              if (reply instanceof Reply.Answer whole) {
                answer(whole);
              } else {
                stream((Reply.Events) reply);
              }
            });
  }

  private void answer(Reply.Answer answer) {
    settle();
    HttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            Unpooled.wrappedBuffer(answer.body()));
    answer.headers().forEach(response.headers()::set);
    if (answer.status() == 401) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    common(response);
    HttpUtil.setContentLength(response, answer.body().length);
    HttpUtil.setKeepAlive(response, !last);
    phase = last ? Phase.CLOSING : Phase.IDLE;
    closeIn(limits.idleTime()); // for a client that does not take its answer, too
    ChannelFuture written = context.writeAndFlush(response);
    if (last) {
      written.addListener(done -> Lingering.closeSoon((SocketChannel) context.channel()));
    } else {
      written.addListener(done -> context.channel().config().setAutoRead(true));
    }
  }

  private void stream(Reply.Events reply) {
    settle();
    deadline.cancel(false);
    phase = Phase.STREAMING;
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    HttpUtil.setTransferEncodingChunked(response, true);
    common(response);
    context.writeAndFlush(response);
    events = new EventStream(context.channel(), limits.watchBacklog());
    reply.opened().accept(events);
    context.channel().config().setAutoRead(true); // so that we notice when the client leaves
  }

  private static void common(HttpResponse response) {
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    response.headers().set("X-Content-Type-Options", "nosniff");
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (events != null) {
      events.pump();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // the peer reset, or sent what even the decoder cannot name
  }

  private void settle() {
    door.giveBack(taken);
    taken = 0;
    body = null;
  }

  private void closeIn(Duration time) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline = in(time, context::close);
  }

  private Future<?> in(Duration time, Runnable action) {
    return context.channel().eventLoop().schedule(action, time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
