# Checks that galen_room() stops the configuration at an edge that is not allowed, and at no other:
# cmake -DGENERATOR=Ninja -DCOMPILER=<C++ compiler> -DBUILD=<folder> -P check_edges.cmake
cmake_minimum_required(VERSION 3.25)

# Configures a room with these edges. EXPECTED: what the refusal says; empty if they are allowed.
function(expect EXPECTED ROOM DEPENDS THIRD_PARTY)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/edges -B ${BUILD} -G ${GENERATOR}
            -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DROOM=${ROOM}
            "-DDEPENDS=${DEPENDS}" "-DTHIRD_PARTY=${THIRD_PARTY}"
    RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")  # CMake wraps the lines of a message
  set(edges "galen_room(${ROOM} DEPENDS ${DEPENDS} THIRD_PARTY ${THIRD_PARTY})")
  if(EXPECTED STREQUAL "")
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "${edges} is refused: ${said}")
    endif()
  elseif(status EQUAL 0)
    message(FATAL_ERROR "${edges} is not refused")
  else()
    string(FIND "${said}" "${EXPECTED}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "${edges} is refused without '${EXPECTED}': ${said}")
    endif()
  endif()
endfunction()

file(REMOVE_RECURSE ${BUILD})
expect("" io/wave "data;base" xml)
expect("" engine/openvino "graph;base" "")
expect("room 'data' (layer 1) may not use 'report' (layer 4)" data "base;report" "")
expect("room 'data' (layer 1) may not use 'graph' (layer 1)" data graph "")
expect("room 'train' (layer 6) may not use 'train/torch' (layer 6)" train train/torch "")
expect("depends on 'nowhere', which is no room" data nowhere "")
expect("room 'data' may not use 'xml': only io/wave may" data base xml)
expect("room 'data' uses 'itk', which cmake/rooms.cmake does not list" data base itk)
message(STATUS "galen_room() refuses the wrong edges")
