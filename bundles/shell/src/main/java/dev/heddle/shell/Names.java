package dev.heddle.shell;

import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** The names of a kind's objects, to be offered. */
final class Names {

  private Names() {}

  static StringsCompleter of(Network network, Kind<?> kind) {
    return new StringsCompleter(
        network.list(kind.name()).stream().map(s -> s.document().name()).toList());
  }
}
