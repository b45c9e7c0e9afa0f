# Warnings, linker, ccache and the precompiled header (standard library only).
find_program(BANMO_CCACHE ccache)
if(BANMO_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${BANMO_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BANMO_CCACHE})
endif()
find_program(BANMO_MOLD mold)
if(BANMO_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(banmo_options INTERFACE)
target_compile_options(banmo_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -fno-omit-frame-pointer -ffp-contract=off -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these inside std::string and std::variant at -O2 (GCC bugs 105651, 105562).
  target_compile_options(banmo_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer -fpch-preprocess)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own std::stable_sort calls the deprecated std::get_temporary_buffer; g++ still reports what we call.
  target_compile_options(banmo_options INTERFACE -Wno-deprecated-declarations)
endif()
target_include_directories(banmo_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)

set(BANMO_SANITIZE "" CACHE STRING "address,undefined or thread")
if(BANMO_SANITIZE)
  add_compile_options(-fsanitize=${BANMO_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BANMO_SANITIZE})
  if(BANMO_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's atomic_thread_fence: ThreadSanitizer does not model fences; its reports there need a second look
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/tsan.h>")
  endif()
endif()
