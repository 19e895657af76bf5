package dealab;

import java.security.Permission;

/**
 * Refuses sockets and name look-ups beyond this machine; allows everything else.
 *
 * Java has security managers up to version 17 (JEP 411), the newest that Spark 3.5 runs on.
 */
public class LoopbackOnly extends SecurityManager {
    public void checkConnect(String host, int port) {
        String name = host == null ? "" : host.toLowerCase();
        boolean local = name.isEmpty() || name.equals("localhost") || name.endsWith(".localhost")
            || name.startsWith("127.") || name.equals("0.0.0.0") || name.equals("::1")
            || name.equals("0:0:0:0:0:0:0:1") || name.equals("[::1]");
        if (!local) {
            throw new SecurityException("Refused: a connection from Spark to " + host
                + " would leave this machine, and this course never does. Nothing was sent.");
        }
    }

    public void checkConnect(String host, int port, Object context) { checkConnect(host, port); }

    public void checkPermission(Permission asked) {
        if ("setSecurityManager".equals(asked.getName())) {
            throw new SecurityException("Refused: Spark stays on this machine.");
        }
    }

    public void checkPermission(Permission asked, Object context) { checkPermission(asked); }
}
