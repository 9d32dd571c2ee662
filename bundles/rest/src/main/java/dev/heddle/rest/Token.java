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

/** The one secret that is kept as it is: the first one, by which everything else can be done. */
final class Token {

  private static final int BYTES = 32;

  /** As many characters as 128 bits have in Base64: less can be guessed. */
  private static final int SHORTEST = 22;

  private Token() {}

  /**
   * The secret in {@code file}; if there is no such file, it is made: 256 random bits that only the
   * file's owner may read.
   *
   * @throws IOException if the file cannot be read or made, is open to others, or holds less than
   *     128 bits
   */
  static String in(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      create(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
      return read(file);
    }
  }

  private static String read(Path file) throws IOException {
    String secret = Files.readString(file, StandardCharsets.US_ASCII).strip();
    ensurePrivate(file);
    if (secret.length() < SHORTEST) {
      throw new IOException(file + " holds no token: remove it, and a new one is made");
    }
    return secret;
  }

  /**
   * @throws IOException if others than the owner may do anything with the file
   */
  static void ensurePrivate(Path file) throws IOException {
    Set<PosixFilePermission> open = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    open.retainAll(PosixFilePermissions.fromString("---rwxrwx"));
    if (!open.isEmpty()) {
      throw new IOException(file + " is open to other users: chmod 600 " + file);
    }
  }

  /** Makes a file with mode 600, whole or not at all; one that is there already stays. */
  static void create(Path file, String text) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    // Written aside and linked: a crash between leaves no empty file behind.
    Path aside =
        Files.createTempFile(
            parent,
            "." + file.getFileName(),
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.createLink(file, aside); // unlike a rename, this never replaces one made meanwhile
    } catch (FileAlreadyExistsException madeMeanwhile) {
      return;
    } finally {
      Files.delete(aside);
    }
  }

  /** SHA-256: enough for secrets that nobody can guess, and never a password. */
  static byte[] digest(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
