package dev.heddle.shell;

import dev.heddle.show.Audit.Actor;
import java.util.Optional;
import org.apache.karaf.shell.support.ShellUtil;

/** Who types at the console, for the audit. */
final class Operator {

  private Operator() {}

  /** Whoever reaches the console may do everything there. */
  static Actor actor() {
    return new Actor(
        Optional.ofNullable(ShellUtil.getCurrentUserName()).orElse(""), "admin", "console");
  }
}
