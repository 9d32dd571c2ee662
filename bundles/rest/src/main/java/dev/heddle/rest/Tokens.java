package dev.heddle.rest;

import dev.heddle.show.Audit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in: a file with a line {@code NAME ROLE SHA256} for each token, read again when it
 * has changed. It is taken as a whole or not at all; while it cannot be, nobody is let in. Safe for
 * use by many threads.
 */
final class Tokens {

  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final String SCHEME = "Bearer ";
  private static final String FIRST = "admin";
  private static final int MOST = 1_000;
  private static final int MOST_BYTES = 1 << 18;
  private static final Pattern LINE =
      Pattern.compile(
          "(?<name>[A-Za-z0-9][A-Za-z0-9._@-]{0,62})[ \\t]+(?<role>[a-z]+)[ \\t]+"
              + "(?<digest>[0-9a-f]{64})[ \\t]*");

  /** What a line says. */
  private record Entry(String name, Role role, String digest) {

    boolean isOf(byte[] secret) {
      return MessageDigest.isEqual(HexFormat.of().parseHex(digest), secret);
    }

    @Override
    public String toString() {
      return name + " " + role + " " + digest + "\n";
    }
  }

  private final Path file;
  private Map<String, Entry> entries;
  private String mark;

  private Tokens(Path file) throws IOException {
    this.file = file;
    mark = mark(file);
    entries = read(file);
  }

  /**
   * The tokens in {@code file}. If there is no such file yet, it is made, with one token of role
   * admin whose secret is in {@code first}, which is made too if need be.
   *
   * @throws IOException if one of the files cannot be used; the message says what to do
   */
  static Tokens in(Path file, Path first) throws IOException {
    if (Files.notExists(file)) {
      String digest = HexFormat.of().formatHex(Token.digest(Token.in(first)));
      Token.create(file, new Entry(FIRST, Role.ADMIN, digest).toString());
    }
    return new Tokens(file);
  }

  /** Whose token the value of an Authorization header (RFC 6750) carries, if anybody's. */
  Optional<Caller> caller(String authorization, String from) {
    return owner(authorization)
        .map(
            e ->
                new Caller(
                    e.name, e.role, from, () -> owner(authorization).equals(Optional.of(e))));
  }

  boolean admits(String authorization) {
    return owner(authorization).isPresent();
  }

  private Optional<Entry> owner(String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    byte[] secret = Token.digest(authorization.substring(SCHEME.length()).strip());
    return now().values().stream().filter(e -> e.isOf(secret)).findFirst();
  }

  private synchronized Map<String, Entry> now() {
    String seen = mark(file);
    if (!seen.equals(mark)) {
      mark = seen;
      Map<String, Entry> before = entries;
      try {
        entries = read(file);
        LOG.info("{} is read: {} tokens", file, entries.size());
      } catch (IOException e) {
        entries = Map.of();
        LOG.error("nobody is let in until this is mended: {}", e.getMessage());
      }
      tell(before, entries);
    }
    return entries;
  }

  /** Tells a file from what it was before without reading it; chmod shows, too. */
  private static String mark(Path file) {
    try {
      return Files.readAttributes(file, "unix:ctime,ino,size").toString();
    } catch (IOException e) {
      return "missing";
    }
  }

  private static Map<String, Entry> read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + " is too long for " + MOST + " tokens");
    }
    Token.ensurePrivate(file);
    Map<String, Entry> entries = new LinkedHashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      Matcher m = LINE.matcher(line);
      Optional<Role> role = m.matches() ? Role.named(m.group("role")) : Optional.empty();
      if (role.isEmpty()) {
        throw new IOException(
            file + " line " + number + " is not NAME read|operate|admin SHA256-IN-HEX");
      }
      Entry entry = new Entry(m.group("name"), role.get(), m.group("digest"));
      if (entries.putIfAbsent(entry.name, entry) != null) {
        throw new IOException(file + " line " + number + " names a token that is there already");
      }
    }
    if (entries.size() > MOST) {
      throw new IOException(file + " holds more than " + MOST + " tokens");
    }
    return Map.copyOf(entries);
  }

  /** Tokens come and go by the file: what is known of who did it is that they may write there. */
  private void tell(Map<String, Entry> before, Map<String, Entry> after) {
    Audit.Actor writer = new Audit.Actor("", "", file.getFileName().toString());
    before.values().stream()
        .filter(e -> !after.containsKey(e.name))
        .forEach(e -> Audit.did(writer, "token", "Token/" + e.name, "revoked"));
    after.values().stream()
        .filter(e -> !e.equals(before.get(e.name)))
        .forEach(e -> Audit.did(writer, "token", "Token/" + e.name, "admitted as " + e.role));
  }
}
