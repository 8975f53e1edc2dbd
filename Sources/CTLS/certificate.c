#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "CTLS.h"

static int add_extension(X509 *certificate, X509V3_CTX *context, int kind, const char *value) {
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, kind, value);
  int added = extension && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

// 127 random bits: never negative, never the same twice (RFC 5280 4.1.2.2).
static int set_serial(X509 *certificate) {
  uint8_t bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return 0;
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  int set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return set;
}

static int fill(
  X509 *certificate, EVP_PKEY *key, const char *common_name, const char *names, int days) {
  X509_NAME *name = X509_get_subject_name(certificate);
  // From yesterday on, for the clocks of phones.
  if (!X509_set_version(certificate, X509_VERSION_3) || !set_serial(certificate) ||
      !X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) ||
      !X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, NULL) ||
      !X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) ||
      !X509_set_issuer_name(certificate, name) || !X509_set_pubkey(certificate, key))
    return 0;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
  return add_extension(certificate, &context, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, &context, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, &context, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, &context, NID_subject_alt_name, names) &&
         add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
         X509_sign(certificate, key, EVP_sha256());
}

char *ctls_self_signed(const char *common_name, const char *names, int days, size_t *count) {
  char *result = NULL;
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  BIO *text = BIO_new(BIO_s_secmem());
  if (key && certificate && text && fill(certificate, key, common_name, names, days) &&
      PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) &&
      PEM_write_bio_X509(text, certificate)) {
    char *bytes = NULL;
    long length = BIO_get_mem_data(text, &bytes);
    result = length > 0 ? OPENSSL_memdup(bytes, (size_t)length) : NULL;
    *count = result ? (size_t)length : 0;
  }
  BIO_free(text);
  X509_free(certificate);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return result;
}

void ctls_text_free(char *text, size_t count) { OPENSSL_clear_free(text, count); }

static X509 *first(const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, (void *)"") : NULL;
  BIO_free(bio);
  ERR_clear_error();
  return certificate;
}

int ctls_certificate(const uint8_t *pem, size_t count, struct ctls_certificate_info *info) {
  X509 *certificate = first(pem, count);
  if (!certificate) return 0;
  struct tm end;
  unsigned int length = 0;
  int read = ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) &&
             X509_digest(certificate, EVP_sha256(), info->fingerprint, &length) && length == 32;
  if (read) info->ends = (int64_t)timegm(&end);
  X509_free(certificate);
  return read;
}

int ctls_covers(const uint8_t *pem, size_t count, const char *name) {
  X509 *certificate = first(pem, count);
  if (!certificate) return 0;
  int covers = X509_check_ip_asc(certificate, name, 0) == 1 ||
               X509_check_host(certificate, name, strlen(name), 0, NULL) == 1;
  X509_free(certificate);
  ERR_clear_error();
  return covers;
}
