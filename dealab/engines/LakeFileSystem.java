package dealab;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * s3://bucket/key for Spark: the file <lake>/bucket/key, with the setting dealab.lake as <lake>.
 *
 * Written in the plain Java that Janino compiles, because Spark brings Janino and no package on
 * PyPI brings a Java compiler: so no compiled file lies in the repository.
 */
public class LakeFileSystem extends RawLocalFileSystem {
    private URI address;
    private String folder;

    public void initialize(URI name, Configuration conf) throws IOException {
        address = URI.create(name.getScheme() + "://" + name.getAuthority());
        super.initialize(name, conf);
        setConf(conf);
        File bucket = new File(conf.get("dealab.lake", "/nonexistent"), name.getAuthority());
        if (!bucket.isDirectory()) {
            throw new FileNotFoundException(
                "NoSuchBucket: The specified bucket does not exist: " + name.getAuthority());
        }
        folder = bucket.getPath();
    }

    // The parent class asks for both before initialize() has run.
    public URI getUri() { return address == null ? URI.create("file:///") : address; }

    public Path getWorkingDirectory() { return new Path("/").makeQualified(getUri(), null); }

    public Path getHomeDirectory() { return getWorkingDirectory(); }

    public String getScheme() { return getUri().getScheme(); }

    public File pathToFile(Path path) {
        checkPath(path);
        return new File(folder + makeQualified(path).toUri().getPath());
    }

    public FileStatus getFileStatus(Path path) throws IOException {
        File file = pathToFile(path);
        if (!file.exists()) {
            throw new FileNotFoundException("No such object: " + makeQualified(path));
        }
        return new FileStatus(file.length(), file.isDirectory(), 1, getDefaultBlockSize(path),
            file.lastModified(), makeQualified(path));
    }

    public FileStatus getFileLinkStatus(Path path) throws IOException {
        return getFileStatus(path);
    }

    public FileStatus[] listStatus(Path path) throws IOException {
        File file = pathToFile(path);
        if (!file.isDirectory()) {
            return new FileStatus[] {getFileStatus(path)};
        }
        String[] names = file.list();
        java.util.Arrays.sort(names);
        FileStatus[] found = new FileStatus[names.length];
        for (int i = 0; i < names.length; i++) {
            found[i] = getFileStatus(new Path(makeQualified(path), new Path(null, null, names[i])));
        }
        return found;
    }

    // S3 has no file modes; the parent class would start a chmod process for every file.
    public void setPermission(Path path, FsPermission permission) { }

    public void setOwner(Path path, String user, String group) { }
}
