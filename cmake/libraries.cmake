# Every library, in one place. Which room may see which header is decided in tools/check.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(XLSXWRITER REQUIRED IMPORTED_TARGET xlsxwriter)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
find_package(doctest REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)

set(BANMO_NPM ${CMAKE_SOURCE_DIR}/third_party/node_modules)

# SQLite from the amalgamation inside better-sqlite3: Debian's 3.40.1 has the WAL-reset bug.
add_library(banmo_sqlite STATIC ${BANMO_NPM}/better-sqlite3/deps/sqlite3/sqlite3.c)
target_include_directories(banmo_sqlite SYSTEM PUBLIC ${BANMO_NPM}/better-sqlite3/deps/sqlite3)
target_compile_definitions(banmo_sqlite PUBLIC SQLITE_THREADSAFE=2 SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_OMIT_DEPRECATED SQLITE_OMIT_SHARED_CACHE SQLITE_OMIT_LOAD_EXTENSION
  SQLITE_DQS=0 SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_ENABLE_FTS5 SQLITE_ENABLE_MATH_FUNCTIONS SQLITE_ENABLE_COLUMN_METADATA SQLITE_DEFAULT_WAL_SYNCHRONOUS=2)
target_compile_options(banmo_sqlite PRIVATE -w -O2)
target_link_libraries(banmo_sqlite PUBLIC Threads::Threads m)

# DuckDB: its shared library and its C header, both through npm.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(BANMO_DUCKDB_LIB ${BANMO_NPM}/@duckdb/node-bindings-linux-arm64/libduckdb.so)
else()
  set(BANMO_DUCKDB_LIB ${BANMO_NPM}/@duckdb/node-bindings-linux-x64/libduckdb.so)
endif()
file(COPY ${BANMO_DUCKDB_LIB} DESTINATION ${CMAKE_BINARY_DIR}/lib)
file(COPY ${BANMO_NPM}/duckdb/src/duckdb/src/include/duckdb.h DESTINATION ${CMAKE_BINARY_DIR}/include_duckdb)
add_library(banmo_duckdb SHARED IMPORTED)
set_target_properties(banmo_duckdb PROPERTIES IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/lib/libduckdb.so INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/include_duckdb
  INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/include_duckdb)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
