#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Makes a symbolic link; whether that went well.
func symlinkFolder(_ target: String, named name: String) -> Bool { symlink(target, name) == 0 }
