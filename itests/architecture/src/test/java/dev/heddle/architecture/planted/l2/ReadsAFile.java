package dev.heddle.architecture.planted.l2;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Guilty: I/O. */
public final class ReadsAFile {
  public String text(String path) throws IOException {
    return Files.readString(Path.of(path));
  }
}
