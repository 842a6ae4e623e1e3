# Files of the pages as C++ strings, so that a program needs nothing beside it.
# Included, it brings galen_embed(); as a script (cmake -P), it writes the source of one file: IN, OUT, NAME.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${IN} text)
  file(WRITE ${OUT} "#include <string_view>\n\nnamespace galen::web {\n\n"
                    "std::string_view ${NAME}() {\n  return R\"galen~(${text})galen~\";\n}\n\n}  // namespace galen::web\n")
  return()
endif()

# galen_embed(TARGET file...): for each file of web/, such as report.css, a function galen::web::report_css() in TARGET.
function(galen_embed TARGET)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed.cmake)
  foreach(file ${ARGN})
    string(MAKE_C_IDENTIFIER ${file} name)
    set(in ${CMAKE_SOURCE_DIR}/web/${file})
    set(out ${CMAKE_BINARY_DIR}/web/${name}.cpp)
    add_custom_command(OUTPUT ${out} COMMAND ${CMAKE_COMMAND} -DIN=${in} -DOUT=${out} -DNAME=${name} -P ${script}
                       DEPENDS ${in} ${script} VERBATIM)
    target_sources(${TARGET} PRIVATE ${out})
  endforeach()
endfunction()
