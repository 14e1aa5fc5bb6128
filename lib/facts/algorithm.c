#include "facts/algorithm.h"
#include "facts/extension.h"
#include "facts/oid.h"
#include "ground/der.h"

/* X.690, 8 and 10.2: a universal type in the form, and with the content, that it has to have. */
static bool universal_sound(uint8_t tag, struct span content)
{
	switch (tag) {
	case 0: /* the end-of-contents octets, which DER does not have */
		return false;
	case DER_BOOLEAN:
		return content.n == 1;
	case DER_INTEGER:
	case DER_ENUMERATED:
		return der_integer_sound(content);
	case DER_BIT_STRING:
		return der_bits_sound(content);
	case DER_NULL:
		return content.n == 0;
	case DER_OID:
		return oid_readable(content);
	case DER_BMP_STRING:
		return content.n % 2 == 0;
	case DER_UNIVERSAL_STRING:
		return content.n % 4 == 0;
	case DER_SEQUENCE:
	case DER_SET:
		return true;
	case DER_SEQUENCE & ~0x20:
	case DER_SET & ~0x20:
		return false;
	default:
		return (tag & 0xe0) != 0x20; /* all others are primitive */
	}
}

static bool parameters_sound(struct span one, uint32_t *deviations)
{
	struct span content;
	uint8_t tag;

	if (one.n == 0 || (one.n == 2 && one.p[0] == DER_NULL && one.p[1] == 0))
		return true; /* nearly all that there are */
	if (der_get_any(&one, &tag, &content, NULL) != 0 || !der_end(one))
		*deviations |= deviation_bit(DEVIATION_TRAILING);
	else
		return universal_sound(tag, content);
	return true;
}

int algorithm_decode(struct span *in, struct algorithm *out, uint32_t *deviations)
{
	struct span body;

	if (der_get_whole(in, DER_SEQUENCE, &body, &out->der) != 0)
		return -1;
	out->parameters = SPAN_NONE;
	if (der_get(&body, DER_OID, &out->oid) != 0 || !oid_readable(out->oid)) {
		out->oid = SPAN_NONE;
		*deviations |= deviation_bit(DEVIATION_ALGORITHM);
		return 0;
	}
	out->parameters = body;
	if (!parameters_sound(body, deviations))
		*deviations |= deviation_bit(DEVIATION_ALGORITHM);
	return 0;
}
