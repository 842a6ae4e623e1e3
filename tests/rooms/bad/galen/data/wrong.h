#pragma once
// A fixture: data may not see report, nor use ITK. The test expects that both are refused.
#include <itkImage.h>

#include "galen/report/page.h"
