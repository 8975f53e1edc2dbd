// libqrencode: the QR code of a link, in the terminal.
#include <qrencode.h>
