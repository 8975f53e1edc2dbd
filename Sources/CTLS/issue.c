#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "CTLS.h"

// Who signs: another certificate with its key, or the certificate itself.
struct issuer {
  X509 *certificate;
  EVP_PKEY *key;
};

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

static int set_name(X509 *certificate, const char *common_name) {
  return X509_NAME_add_entry_by_txt(
    X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1,
    -1, 0);
}

// Two authorities of one machine are not mixed up, neither by people nor by what looks issuers up by
// name.
static int set_marked_name(X509 *certificate, const char *common_name) {
  unsigned char mark[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  char text[300];
  if (!X509_pubkey_digest(certificate, EVP_sha256(), mark, &length) || length < 4) return 0;
  int count = snprintf(
    text, sizeof text, "%s %02x%02x%02x%02x", common_name, mark[0], mark[1], mark[2], mark[3]);
  return count > 0 && (size_t)count < sizeof text && set_name(certificate, text);
}

// Everything but names and extensions.
static int begin(X509 *certificate, EVP_PKEY *key, int days) {
  // From yesterday on, for the clocks of phones.
  return X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, NULL) &&
         X509_set_pubkey(certificate, key);
}

static int fill_authority(
  X509 *certificate, EVP_PKEY *key, const char *common_name, const char *constraints, int days) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
  return begin(certificate, key, days) && set_marked_name(certificate, common_name) &&
         X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) &&
         add_extension(
           certificate, &context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(certificate, &context, NID_key_usage, "critical,keyCertSign") &&
         // The constraints say nothing of mail or programs; with this nothing but servers is left.
         add_extension(certificate, &context, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, &context, NID_name_constraints, constraints) &&
         add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
         X509_sign(certificate, key, EVP_sha256());
}

// Nothing is good for longer than who vouches for it.
static int end_with(X509 *certificate, const X509 *other) {
  const ASN1_TIME *end = X509_get0_notAfter(other);
  return ASN1_TIME_compare(X509_get0_notAfter(certificate), end) <= 0 ||
         X509_set1_notAfter(certificate, end);
}

static int fill(
  X509 *certificate, EVP_PKEY *key, const struct issuer *by, const char *common_name,
  const char *names, int days) {
  int is_own = by->certificate == certificate;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, by->certificate, certificate, NULL, NULL, 0);
  return begin(certificate, key, days) && set_name(certificate, common_name) &&
         X509_set_issuer_name(certificate, X509_get_subject_name(by->certificate)) &&
         end_with(certificate, by->certificate) &&
         add_extension(certificate, &context, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, &context, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, &context, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, &context, NID_subject_alt_name, names) &&
         add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
         (is_own ||
          add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always")) &&
         X509_sign(certificate, by->key, EVP_sha256());
}

// Key, certificate and, where there is one, the certificate behind it.
static char *text_of(EVP_PKEY *key, X509 *certificate, X509 *next, size_t *count) {
  char *result = NULL;
  BIO *text = BIO_new(BIO_s_secmem());
  if (text && (!key || PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL)) &&
      PEM_write_bio_X509(text, certificate) && (!next || PEM_write_bio_X509(text, next))) {
    char *bytes = NULL;
    long length = BIO_get_mem_data(text, &bytes);
    result = length > 0 ? OPENSSL_memdup(bytes, (size_t)length) : NULL;
    *count = result ? (size_t)length : 0;
  }
  BIO_free(text);
  return result;
}

static int no_password(char *buffer, int capacity, int for_writing, void *unused) {
  (void)buffer, (void)capacity, (void)for_writing, (void)unused;
  return -1;
}

static X509 *certificate_in(const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
  BIO_free(bio);
  return certificate;
}

static EVP_PKEY *key_in(const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
  BIO_free(bio);
  return key;
}

char *ctls_authority_new(
  const char *common_name, const char *constraints, int days, size_t *count) {
  char *result = NULL;
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  if (key && certificate && fill_authority(certificate, key, common_name, constraints, days))
    result = text_of(key, certificate, NULL, count);
  X509_free(certificate);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return result;
}

char *ctls_issue(
  const uint8_t *authority, size_t authority_count, const char *common_name, const char *names,
  int days, size_t *count) {
  char *result = NULL;
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  struct issuer by = {certificate, key};
  if (authority) {
    by.certificate = certificate_in(authority, authority_count);
    by.key = key_in(authority, authority_count);
  }
  if (key && certificate && by.certificate && by.key &&
      fill(certificate, key, &by, common_name, names, days))
    result = text_of(key, certificate, authority ? by.certificate : NULL, count);
  if (authority) {
    X509_free(by.certificate);
    EVP_PKEY_free(by.key);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return result;
}

char *ctls_without_key(const uint8_t *pem, size_t count, size_t *result_count) {
  X509 *certificate = certificate_in(pem, count);
  char *result = certificate ? text_of(NULL, certificate, NULL, result_count) : NULL;
  X509_free(certificate);
  ERR_clear_error();
  return result;
}

void ctls_text_free(char *text, size_t count) { OPENSSL_clear_free(text, count); }

static const char *fault_of(X509 *certificate, EVP_PKEY *key) {
  if (!certificate) return "has no certificate in it";
  if (!key) return "has no private key in it";
  if (X509_check_private_key(certificate, key) != 1) return "its key is another certificate's";
  if (X509_check_ca(certificate) != 1 || !(X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN))
    return "its certificate is no authority's";
  if (X509_check_issued(certificate, certificate) != X509_V_OK || X509_verify(certificate, key) != 1)
    return "its certificate is not signed by its own key";
  int place = X509_get_ext_by_NID(certificate, NID_name_constraints, -1);
  if (place < 0 || !X509_EXTENSION_get_critical(X509_get_ext(certificate, place)))
    return "its certificate would vouch for any name";
  if (X509_get_extended_key_usage(certificate) != XKU_SSL_SERVER)
    return "its certificate would vouch for more than servers";
  return NULL;
}

const char *ctls_authority_fault(const uint8_t *pem, size_t count) {
  X509 *certificate = certificate_in(pem, count);
  EVP_PKEY *key = key_in(pem, count);
  const char *fault = fault_of(certificate, key);
  EVP_PKEY_free(key);
  X509_free(certificate);
  ERR_clear_error();
  return fault;
}
