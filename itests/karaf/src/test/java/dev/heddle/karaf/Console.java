package dev.heddle.karaf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;

/** Runs console commands as an administrator would type them; answers what they print. */
record Console(SessionFactory sessions) {

  /**
   * @throws Exception what the command threw; an unknown command is one of those
   */
  String run(String command) throws Exception {
    Subject administrator =
        new Subject(
            true,
            Set.of(
                new UserPrincipal("test"),
                new RolePrincipal("admin"),
                new RolePrincipal("manager"),
                new RolePrincipal("viewer"),
                new RolePrincipal("systembundles")),
            Set.of(),
            Set.of());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out)) {
      PrivilegedExceptionAction<Object> typed = () -> session.execute(command);
      Object value = Subject.doAs(administrator, typed);
      out.flush();
      return printed.toString(StandardCharsets.UTF_8) + (value == null ? "" : value);
    }
  }
}
