package dev.heddle.laws;

import dev.heddle.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A disk in memory that keeps apart what was forced. It is used until the power goes: at a given
 * call it throws {@link PowerCut}, at that one and every later one. What is left then is all that
 * was forced, and of the rest any part: sectors of files in any order, some lengths, some names;
 * and perhaps room behind it, of zeros.
 */
final class TornDisk implements Disk {

  /** The power is gone; what had been acknowledged before is all that counts. */
  static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PowerCut() {
      super("the power is gone", null, false, false);
    }
  }

  private static final int SECTOR = 512;

  /** The bytes of a file, as read and as forced. */
  private static final class Content {
    byte[] now = {};
    byte[] forced = {};
    final Set<Integer> dirty = new TreeSet<>();

    Content() {}

    void append(byte[] bytes) {
      int from = now.length;
      now = Arrays.copyOf(now, from + bytes.length);
      System.arraycopy(bytes, 0, now, from, bytes.length);
      for (int s = from / SECTOR; bytes.length > 0 && s <= (now.length - 1) / SECTOR; s++) {
        dirty.add(s);
      }
    }

    void force() {
      forced = now;
      dirty.clear();
    }

    Content torn(Random random) {
      Content left = new Content();
      int least = Math.min(forced.length, now.length);
      int most = Math.max(forced.length, now.length);
      int length =
          switch (random.nextInt(4)) {
            case 0 -> forced.length;
            case 1 -> least + random.nextInt(most - least + 1);
            default -> now.length;
          };
      int room = random.nextBoolean() ? random.nextInt(4 * SECTOR) : 0;
      byte[] bytes = Arrays.copyOf(Arrays.copyOf(forced, length), length + room);
      double share = random.nextDouble();
      for (int s : dirty) {
        int from = s * SECTOR;
        int to = Math.min(Math.min(from + SECTOR, now.length), length);
        if (to > from && random.nextDouble() < share) {
          System.arraycopy(now, from, bytes, from, to - from);
        }
      }
      left.now = bytes;
      left.forced = bytes;
      return left;
    }
  }

  /** A change of names in a directory that was not forced yet. */
  private record Naming(Path name, Optional<Path> before, Content content) {}

  private final Map<Path, Content> files = new HashMap<>();
  private final Map<Path, Content> forcedFiles = new HashMap<>();
  private final Set<Path> directories = new HashSet<>();
  private final Set<Path> forcedDirectories = new HashSet<>();
  private final List<Naming> namings = new ArrayList<>();
  private final Random random;
  private long callsLeft = Long.MAX_VALUE;
  private double failing;
  private boolean deaf;

  /** A disk that does not fail; {@code random} decides what is lost. */
  TornDisk(Random random) {
    this.random = random;
  }

  /** The power goes after so many calls. */
  TornDisk until(long calls) {
    callsLeft = calls;
    return this;
  }

  /** Each call that changes something fails as likely as this, not done, half done or done. */
  TornDisk failing(double share) {
    failing = share;
    return this;
  }

  /** Nothing is forced any more, and nobody is told. */
  TornDisk deaf() {
    deaf = true;
    return this;
  }

  /** What is found when the power is back; it does not fail. */
  TornDisk afterPowerCut() {
    TornDisk left = new TornDisk(random);
    Set<Path> kept = new HashSet<>(forcedDirectories);
    directories.stream().sorted().filter(d -> random.nextBoolean()).forEach(kept::add);
    Predicate<Path> reachable = d -> ancestors(d).stream().allMatch(kept::contains);
    kept.stream().filter(reachable).forEach(left.directories::add);
    left.forcedDirectories.addAll(left.directories);
    Map<Path, Content> names = new HashMap<>(forcedFiles);
    Map<Content, Content> torn = new HashMap<>();
    double share = random.nextDouble();
    for (Naming n : namings) {
      if (random.nextDouble() < share) {
        n.before().ifPresent(names::remove);
        names.put(n.name(), n.content());
      }
    }
    names.forEach(
        (path, content) -> {
          if (left.directories.contains(path.getParent())) {
            left.files.put(path, torn.computeIfAbsent(content, c -> c.torn(random)));
          }
        });
    left.forcedFiles.putAll(left.files);
    return left;
  }

  private static List<Path> ancestors(Path directory) {
    List<Path> all = new ArrayList<>();
    for (Path p = directory; p != null && p.getNameCount() > 0; p = p.getParent()) {
      all.add(p);
    }
    return all;
  }

  private void call() {
    if (callsLeft <= 0) {
      throw new PowerCut();
    }
    callsLeft--;
  }

  /** Throws in place of doing something, or after having done it. */
  private void mayFail(String what) throws IOException {
    if (random.nextDouble() < failing) {
      throw new IOException(what + " failed");
    }
  }

  @Override
  public Optional<byte[]> read(Path file) {
    call();
    return Optional.ofNullable(files.get(file)).map(c -> c.now.clone());
  }

  @Override
  public Appended create(Path file) throws IOException {
    call();
    mayFail("create");
    if (!directories.contains(file.getParent())) {
      throw new IOException("no directory " + file.getParent());
    }
    // The harder case of O_TRUNC: the old bytes and the new ones are different files.
    Content content = new Content();
    files.put(file, content);
    namings.add(new Naming(file, Optional.empty(), content));
    return new OfContent(content);
  }

  private final class OfContent implements Appended {
    private final Content content;

    OfContent(Content content) {
      this.content = content;
    }

    @Override
    public void append(byte[] bytes) throws IOException {
      call();
      int written = random.nextDouble() < failing ? random.nextInt(bytes.length) : bytes.length;
      content.append(Arrays.copyOf(bytes, written));
      if (written < bytes.length) {
        throw new IOException("no space left");
      }
    }

    @Override
    public void force() throws IOException {
      call();
      mayFail("force");
      if (deaf) {
        return;
      }
      content.force();
      mayFail("force");
    }

    @Override
    public void truncate(long size) throws IOException {
      call();
      mayFail("truncate");
      content.now = Arrays.copyOf(content.now, (int) size);
      content.dirty.add((int) size / SECTOR);
    }

    @Override
    public long size() {
      return content.now.length;
    }

    @Override
    public void close() {
      // Nothing is forced by closing.
    }
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    call();
    mayFail("rename");
    Content content = files.remove(from);
    files.put(to, content);
    namings.add(new Naming(to, Optional.of(from), content));
    mayFail("rename");
  }

  @Override
  public void forceNames(Path directory) throws IOException {
    call();
    mayFail("force of a directory");
    if (deaf) {
      return;
    }
    for (Naming n : List.copyOf(namings)) {
      if (n.name().getParent().equals(directory)) {
        n.before().ifPresent(forcedFiles::remove);
        forcedFiles.put(n.name(), n.content());
        namings.remove(n);
      }
    }
    directories.stream()
        .filter(d -> directory.equals(d.getParent()))
        .forEach(forcedDirectories::add);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    List<Path> all = ancestors(directory);
    for (int i = all.size() - 1; i >= 0; i--) {
      call();
      directories.add(all.get(i));
      if (all.get(i).getParent() != null) {
        forceNames(all.get(i).getParent());
      }
    }
  }

  @Override
  public Optional<AutoCloseable> lock(Path file) {
    return Optional.of(() -> {});
  }
}
