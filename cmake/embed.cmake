# Embeds files as C++ strings, so that a program needs no files beside it.
# Included, it defines galen_embed(); as a script (cmake -P), it writes the source of one file: IN, OUT, SPACE, NAME.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${IN} text)
  file(WRITE ${OUT} "#include <string_view>\n\nnamespace galen::${SPACE} {\n\n"
                    "std::string_view ${NAME}() {\n  return R\"galen~(${text})galen~\";\n}\n\n}  // namespace galen::${SPACE}\n")
  return()
endif()

# galen_embed_file(TARGET SPACE FILE): a function galen::SPACE::name_of_file() in TARGET.
function(galen_embed_file TARGET SPACE FILE)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed.cmake)
  get_filename_component(file ${FILE} NAME)
  string(MAKE_C_IDENTIFIER ${file} name)
  set(in ${CMAKE_SOURCE_DIR}/${FILE})
  set(out ${CMAKE_BINARY_DIR}/embedded/${SPACE}/${name}.cpp)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/embedded/${SPACE})
  add_custom_command(OUTPUT ${out} COMMAND ${CMAKE_COMMAND} -DIN=${in} -DOUT=${out} -DSPACE=${SPACE} -DNAME=${name} -P ${script}
                     DEPENDS ${in} ${script} VERBATIM)
  target_sources(${TARGET} PRIVATE ${out})
endfunction()

# galen_embed(TARGET file...): for each file of web/, such as report.css, a function galen::web::report_css() in TARGET.
function(galen_embed TARGET)
  foreach(file ${ARGN})
    galen_embed_file(${TARGET} web web/${file})
  endforeach()
endfunction()
