package dev.heddle.rest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/** The secret that lets a client in. Kept as a digest, so that comparing takes always as long. */
final class Token {

  private static final String SCHEME = "Bearer ";
  private static final int BYTES = 32;

  /** As many characters as 128 bits have in Base64: less can be guessed. */
  private static final int SHORTEST = 22;

  private final byte[] digest;

  private Token(String secret) {
    digest = digest(secret);
  }

  /**
   * The token in {@code file}; if there is no such file, it is made: 256 random bits that only the
   * file's owner may read.
   *
   * @throws IOException if the file cannot be read or made, is open to others, or holds less than
   *     128 bits
   */
  static Token in(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      try {
        create(file);
      } catch (FileAlreadyExistsException raced) {
        return read(file);
      }
      return read(file);
    }
  }

  private static Token read(Path file) throws IOException {
    String secret = Files.readString(file, StandardCharsets.US_ASCII).strip();
    Set<PosixFilePermission> open = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    open.retainAll(PosixFilePermissions.fromString("---rwxrwx"));
    if (!open.isEmpty()) {
      throw new IOException(file + " is open to other users: chmod 600 " + file);
    }
    if (secret.length() < SHORTEST) {
      throw new IOException(file + " holds no token: remove it, and a new one is made");
    }
    return new Token(secret);
  }

  private static void create(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    Path parent = file.toAbsolutePath().getParent();
    // Written aside and renamed: a crash between leaves no empty token behind.
    Path aside =
        Files.createTempFile(
            parent,
            ".heddle.token",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(secret.getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      Files.createLink(file, aside); // unlike a rename, this never replaces a token made meanwhile
    } finally {
      Files.delete(aside);
    }
  }

  /** Whether the value of an Authorization header (RFC 6750) carries this token. */
  boolean admits(String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(digest, digest(authorization.substring(SCHEME.length()).strip()));
  }

  private static byte[] digest(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
