#pragma once
// A fixture: data may not see report, nor use a library of another room, or of none. The test expects that all are refused.
#include <CLI/CLI.hpp>
#include <FLAC/stream_decoder.h>
#include <gtest/gtest.h>
#include <itkImage.h>
#include <pugixml.hpp>
#include <unsupported/Eigen/FFT>

#include "galen/report/page.h"
